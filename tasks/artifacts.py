"""Artifacts: what a run found, as pages, tables and cards of the Prefect UI.

The report files are written in reporting; how things look is in algorithms.
"""

from collections.abc import Sequence

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from schemas.records import Evaluation, Evidence, Outcome
from tasks.algorithms import cards, figures, rendering
from tasks.algorithms.rendering import escape_markdown
from tasks.algorithms.wording import (
    alternative_sentence,
    price_sentence,
    verdict_sentence,
)
from tasks.storage.places import places


def artifact_key(dataset: str, kind: str) -> str:
    """Name an artifact so that it has a history: lowercase letters, digits, dashes.

    >>> artifact_key("bank_marketing", "verdict")
    'bank-marketing-verdict'
    """
    return f"{dataset}-{kind}".replace("_", "-")


@task(name="show-in-ui", task_run_name="show-in-ui", cache_policy=NO_CACHE)
def show_in_ui(outcome: Outcome) -> None:
    """Store what the report says as artifacts of this run, under stable keys.

    Each description is what a card in the UI has room for, and says the result itself.

    Args:
        outcome: A published version with its evidence, or the unchanged one.
    """
    name, manifest = outcome.manifest.dataset, outcome.manifest
    create_markdown_artifact(
        _places(outcome),
        key=artifact_key(name, "published"),
        description=f"Version {manifest.version}: {outcome.status}",
    )
    if outcome.evidence:
        _show_pages(name, manifest.version, outcome.evidence)
        _show_tables(name, outcome.evidence)


def _show_pages(name: str, version: int, evidence: Evidence) -> None:
    plan, evaluation = evidence.plan, evidence.evaluation
    drawn = figures.draw(plan, evaluation)
    create_markdown_artifact(
        rendering.markdown(evidence, drawn),
        key=artifact_key(name, "report"),
        description=f"The whole report of version {version}",
    )
    create_markdown_artifact(
        _verdict(evaluation),
        key=artifact_key(name, "verdict"),
        description=cards.verdict_line(evaluation),
    )
    create_markdown_artifact(
        _page(cards.decision_line(plan), plan.decision.reason, plan.decision.notes),
        key=artifact_key(name, "decision"),
        description=cards.decision_line(plan),
    )


def _show_tables(name: str, evidence: Evidence) -> None:
    plan, evaluation = evidence.plan, evidence.evaluation
    create_table_artifact(
        cards.class_table(plan, evidence.survey.rejections),
        key=artifact_key(name, "classes"),
        description=cards.ratio_line(plan),
    )
    if evaluation and evaluation.models:
        create_table_artifact(
            cards.score_table(evaluation),
            key=artifact_key(name, "evaluation"),
            description=f"Scores on {evaluation.holdout_rows:,} untouched holdout rows",
        )


def _verdict(evaluation: Evaluation | None) -> str:
    more = [price_sentence(evaluation), alternative_sentence(evaluation)]
    notes = [*filter(None, more), *(evaluation.notes if evaluation else ())]
    return _page(cards.verdict_line(evaluation), verdict_sentence(evaluation), notes)


def _page(title: str, sentence: str, notes: Sequence[str]) -> str:
    """Lay out a short page of text that holds labels, which are data."""
    listed = [f"- {escape_markdown(note)}" for note in notes]
    top = [f"# {escape_markdown(title)}", "", escape_markdown(sentence), ""]
    return "\n".join([*top, *listed])


def _places(outcome: Outcome) -> str:
    """Say where a version lies; as text too, for browsers follow no file links."""
    lines = [
        f"- {name.title()}: [{escape_markdown(str(path))}]({path.as_uri()})"
        for name, path in places(outcome.root, outcome.manifest).items()
    ]
    return _page(*_ending(outcome), ()) + "\n".join(lines)


def _ending(outcome: Outcome) -> tuple[str, str]:
    manifest = outcome.manifest
    if outcome.status == "unchanged":
        title = f"Nothing to do: version {manifest.version} is what is asked for"
        return title, "Source, config and seed are those of the published version."
    checks = f"{len(manifest.checks)} checks passed before it was published."
    return f"Version {manifest.version} is published", checks
