"""The `evenkeel` command: a thin skin over the flows.

What is asked for is read in asking; what is printed is laid out in console. Heavy
imports wait until a command needs them: `--help` and a typing error answer at once.
"""
# ruff: noqa: PLC0415 - see above

import argparse
import os
import sys
from collections.abc import Sequence

EXIT_DONE, EXIT_OTHER, EXIT_USER = 0, 1, 2
_PREFECT = {
    # A loaded machine needs more than the 20 s that Prefect waits for its own server.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # The log tells what stages found; that they ended is in the list of task runs.
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
    # Warnings of stages show in the UI, if there is a flow run to show them in.
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,tasks",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}
_PUBLISH = ("always", "unless_hurt", "if_helped")
_STRATEGIES = ("auto", "none", "random_over", "random_under", "smote", "smote_under")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; those of the process when not given.

    Returns:
        0 published or nothing to do, 2 the user can mend it, 1 anything else.
    """
    asked = parser().parse_args(arguments)
    # Nobody who balances a file on a laptop expects to be counted; export 0 to differ.
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from schemas.errors import EvenkeelError, UserError

    try:
        asked.act(asked)
    except UserError as error:
        return _fail(error, EXIT_USER)
    except EvenkeelError as error:
        return _fail(error, EXIT_OTHER)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was published", EXIT_OTHER)
    except BrokenPipeError:
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_DONE


def _fail(error: object, code: int) -> int:
    sys.stderr.write(f"evenkeel: {error}\n")
    return code


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="evenkeel",
        description="Balanced training data, on schedule, with evidence.",
        epilog="Exit codes: 0 done or nothing to do, 2 you can mend it, 1 other.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="balance a dataset and publish it"))
    _add_survey(
        commands.add_parser("survey", help="diagnosis and decision only, no writing")
    )
    show = commands.add_parser("show", help="the published version of a dataset")
    show.add_argument("place", metavar="OUTPUT/NAME")
    show.add_argument("--json", action="store_true", help="one JSON record on stdout")
    show.set_defaults(act=_show)
    ui = commands.add_parser("ui", help="a local Prefect server, with all deployments")
    _add_request(ui)
    ui.set_defaults(act=_ui)
    _add_automations(
        commands.add_parser("automations", help="alerts, and an end for dead runs")
    )
    tutorial = commands.add_parser("tutorial", help="the tutorial, and what it omits")
    tutorial.set_defaults(act=_tutorial)
    return top


def _add_run(command: argparse.ArgumentParser) -> None:
    _add_request(command)
    add = command.add_argument
    add("--force", action="store_true", help="redo even if nothing changed")
    add("--json", action="store_true", help="one JSON record on stdout")
    add(
        "--prefect",
        action=argparse.BooleanOptionalAction,
        help="as a flow run; the default where a Prefect API address is configured",
    )
    command.set_defaults(act=_run)


def _add_survey(command: argparse.ArgumentParser) -> None:
    _add_request(command)
    command.add_argument(
        "--json", action="store_true", help="one JSON record on stdout"
    )
    command.set_defaults(act=_survey)


def _add_automations(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--notify", metavar="TYPE/NAME", help="alert by this block of the server's"
    )
    command.set_defaults(act=_automations)


def _add_request(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("source", metavar="SOURCE", nargs="?", help="file, directory or glob")
    add("--target", metavar="COLUMN", help="the column that holds the class")
    add("--name", help="name of the dataset, a slug (default: from SOURCE)")
    add("--strategy", choices=_STRATEGIES, help="how to balance (default: auto)")
    add("--ratio", type=float, metavar="R", help="minority:majority after (default: 1)")
    add(
        "--k-neighbors", type=int, metavar="K", help="neighbours for SMOTE (default: 5)"
    )
    add(
        "--key",
        nargs="+",
        action="extend",
        metavar="COL",
        help="columns that name a row",
    )
    add(
        "--ignore",
        nargs="+",
        action="extend",
        metavar="COL",
        help="columns not learnt from",
    )
    add("--holdout", type=float, metavar="SHARE", help="share held out (default: 0.2)")
    add("--evaluator", metavar="MODEL", help="random_forest (default), knn, ..., none")
    add("--metric", help="primary metric (default: macro_f1)")
    add("--publish", choices=_PUBLISH, help="if the verdict allows (default: always)")
    add("--output", metavar="DIR", help="publish under DIR/NAME (default: balanced)")
    add("--seed", type=int, metavar="N", help="same seed, same bytes (default: 0)")
    add("--config", metavar="FILE.yaml", help="a BalanceConfig; options override it")


def _run(asked: argparse.Namespace) -> None:
    for name, value in _PREFECT.items():
        os.environ.setdefault(name, value)
    from flows.asking import balance_config
    from flows.console import progress, show_outcome

    config = balance_config(asked)
    if _as_flow_run(asked.prefect):
        from flows.balance import balance

        outcome = balance(config, force=asked.force)
    else:
        from flows.pipeline import balance_dataset
        from tasks.running import DirectRunner

        with progress() as report:
            outcome = balance_dataset(config, DirectRunner(report), force=asked.force)
    show_outcome(outcome, as_json=asked.json)


def _as_flow_run(wanted: bool | None) -> bool:  # noqa: FBT001 - three states, from argparse
    if wanted is not None:
        return wanted
    from tasks.engines import needs_flow_run

    return needs_flow_run()


def _ui(asked: argparse.Namespace) -> None:
    from flows.asking import balance_config
    from flows.serving import serve

    serve(balance_config(asked) if asked.source or asked.config else None)


def _automations(asked: argparse.Namespace) -> None:
    from flows.automations import apply, connected

    with connected() as client:
        for line in apply(client, asked.notify):
            sys.stdout.write(line + "\n")


def _survey(asked: argparse.Namespace) -> None:
    from flows.asking import balance_config
    from flows.console import show_survey
    from tasks.planning import draft
    from tasks.survey import survey_source

    config = balance_config(asked)
    survey = survey_source.fn(config)
    decision, classes = draft(config, survey)
    show_survey(survey, decision, classes, as_json=asked.json)


def _show(asked: argparse.Namespace) -> None:
    from flows.console import show_version
    from tasks.published import published_version

    show_version(*published_version(asked.place), as_json=asked.json)


def _tutorial(_asked: argparse.Namespace) -> None:
    from flows.console import show_markdown
    from flows.tutorial import walk
    from tasks.algorithms.lesson_page import describe

    show_markdown(describe(walk(lambda stage, *args: stage.fn(*args))))


if __name__ == "__main__":
    sys.exit(main())
