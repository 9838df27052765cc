"""What each command of `evenkeel` does; what can be asked of it is in arguments.

Heavy imports wait until a command needs them: `--help` and a typing error answer at
once.
"""
# ruff: noqa: PLC0415 - see above

import argparse
import os
import sys

_DAY = 86_400  # seconds
_PREFECT = {
    # A loaded machine needs more than the 20 s that Prefect waits for its own server.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # The log tells what stages found; that they ended is in the list of task runs.
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
    # Warnings of stages show in the UI, if there is a flow run to show them in.
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,tasks",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def run(asked: argparse.Namespace) -> None:
    """Balance a dataset, as a flow run or directly, and show what came of it."""
    for name, value in _PREFECT.items():
        os.environ.setdefault(name, value)
    from flows.asking import balance_config
    from flows.batch_file import is_batch
    from flows.console import show_outcome
    from tasks.credentials import entrusted

    if is_batch(asked):
        from flows.batch_command import run_batch

        run_batch(asked, as_flow_run=_as_flow_run(asked.prefect))
        return
    config = balance_config(asked)
    if _as_flow_run(asked.prefect):
        from flows.balance import balance

        outcome = balance(config, force=asked.force)
    else:
        from flows.live import progress
        from flows.pipeline import balance_dataset
        from tasks.running import DirectRunner

        with progress() as report:
            outcome = balance_dataset(config, DirectRunner(report), force=asked.force)
    with entrusted(config):
        show_outcome(outcome, as_json=asked.json)


def compare(asked: argparse.Namespace) -> None:
    """Compare strategies on a dataset, as a flow run or directly, and show the best."""
    for name, value in _PREFECT.items():
        os.environ.setdefault(name, value)
    from flows.asking import balance_config
    from flows.leaderboard_table import show_comparison

    config = balance_config(asked)
    if _as_flow_run(asked.prefect):
        from flows.compare import compare as compare_flow

        compared = compare_flow(config)
    else:
        from flows.comparison import compare_dataset
        from flows.live import progress
        from tasks.running import DirectRunner

        with progress() as report:
            compared = compare_dataset(config, DirectRunner(report))
    show_comparison(compared, as_json=asked.json)


def _as_flow_run(wanted: bool | None) -> bool:  # noqa: FBT001 - three states, from argparse
    if wanted is not None:
        return wanted
    from tasks.environment import needs_flow_run

    return needs_flow_run()


def ui(asked: argparse.Namespace) -> None:
    """Serve the UI until it is stopped."""
    from flows.asking import balance_config
    from flows.serving import serve

    serve(balance_config(asked) if asked.source or asked.config else None)


def automations(asked: argparse.Namespace) -> None:
    """Set up alerts, and an end for dead runs."""
    from flows.automations import apply, connected

    with connected() as client:
        for line in apply(client, asked.notify):
            sys.stdout.write(line + "\n")


def survey(asked: argparse.Namespace) -> None:
    """Show diagnosis and decision."""
    from flows.asking import balance_config
    from flows.console import show_survey
    from tasks.algorithms.columns import source_schema
    from tasks.algorithms.patterns import spelled_out
    from tasks.credentials import entrusted
    from tasks.planning import draft
    from tasks.survey import survey_source

    config = balance_config(asked)
    with entrusted(config):
        survey = survey_source.fn(config)
        config = spelled_out(config, source_schema(survey))
    decision, classes = draft(config, survey)
    show_survey(survey, decision, classes, as_json=asked.json)


def strategies(asked: argparse.Namespace) -> None:
    """List all strategies."""
    from flows.strategy_list import show_strategies

    show_strategies(as_json=asked.json)


def show(asked: argparse.Namespace) -> None:
    """Show the published version."""
    from flows.console import show_version
    from tasks.naming import place_of
    from tasks.published import published_version

    place = place_of(asked.place, asked.output)
    show_version(*published_version(place), as_json=asked.json)


def versions(asked: argparse.Namespace) -> None:
    """List all versions."""
    from flows.ledger import show_history
    from tasks.history import history
    from tasks.naming import dataset_at

    root = dataset_at(asked.place, asked.output)
    show_history(history(root), as_json=asked.json)


def rollback(asked: argparse.Namespace) -> None:
    """Publish an old version again."""
    from flows.console import show_version
    from tasks.naming import dataset_at
    from tasks.restoring import roll_back

    root = dataset_at(asked.place, asked.output)
    manifest, is_new = roll_back(root, asked.version)
    if not is_new and not asked.json:
        sys.stdout.write(
            f"Nothing to do: the files of version {asked.version} are published.\n"
        )
    show_version(manifest, root, as_json=asked.json)


def prune(asked: argparse.Namespace) -> None:
    """Remove old versions."""
    from flows.ledger import show_pruned
    from schemas.errors import UserError
    from tasks.naming import dataset_at
    from tasks.storage.pruning import prune as prune_versions

    if asked.keep < 1 or not asked.older_than >= 0:
        raise UserError(
            f"--keep {asked.keep} --older-than {asked.older_than:g}: the published "
            "version always stays, so keep 1 or more; DAYS is 0 or more"
        )
    root = dataset_at(asked.place, asked.output)
    age = asked.older_than * _DAY
    found = prune_versions(root, asked.keep, age, dry_run=asked.dry_run)
    show_pruned(found, dry_run=asked.dry_run, as_json=asked.json)


def verify(asked: argparse.Namespace) -> None:
    """Check a version against its manifest."""
    from flows.ledger import show_checks
    from schemas.errors import VerificationError
    from tasks.auditing import audit
    from tasks.naming import dataset_at
    from tasks.restoring import number_of

    root = dataset_at(asked.place, asked.output)
    number = number_of(root, asked.version)
    checks = audit(root, number)
    show_checks(root, number, checks, as_json=asked.json)
    if failed := [check.name for check in checks if not check.success]:
        raise VerificationError(
            f"version {number} at {root} is not what it should be: "
            f"{', '.join(failed)}; 'evenkeel rollback' publishes another again"
        )


def unbalance(asked: argparse.Namespace) -> None:
    """Turn probabilities back to the real priors."""
    from flows.corrections import show_unbalanced
    from tasks.unbalancing import unbalance as turn_back

    found = turn_back(
        asked.manifest,
        asked.probabilities,
        asked.out,
        weighted=not asked.unweighted,
        anyway=asked.anyway,
    )
    show_unbalanced(found, as_json=asked.json)


def tutorial(_asked: argparse.Namespace) -> None:
    """Show the tutorial."""
    from flows.console import show_markdown
    from flows.walk import walk
    from tasks.algorithms.lesson_page import describe

    show_markdown(describe(walk(lambda stage, *args: stage.fn(*args))))
