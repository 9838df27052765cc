"""Artifacts: what a run found, as pages, tables and cards of the Prefect UI.

The report files are written in reporting; how things look is in algorithms.
"""

from collections.abc import Mapping, Sequence

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from schemas.records import Evidence, Outcome
from tasks.algorithms import cards, figures, rendering
from tasks.algorithms.cautions import cautions
from tasks.algorithms.drift_words import drift_line
from tasks.algorithms.endings import ending_line
from tasks.algorithms.summary import summary
from tasks.algorithms.tables import Row
from tasks.algorithms.templating import escape_markdown
from tasks.algorithms.wording import (
    alternative_sentence,
    price_sentence,
    verdict_sentence,
)
from tasks.published import published_drift, published_evaluation
from tasks.stage import stage
from tasks.storage.places import places


def artifact_key(dataset: str, kind: str) -> str:
    """Name an artifact so that it has a history: lowercase letters, digits, dashes.

    >>> artifact_key("bank_marketing", "verdict")
    'bank-marketing-verdict'
    """
    return f"{dataset}-{kind}".replace("_", "-")


@stage("show-in-ui", run_name="show-in-ui")
def show_in_ui(outcome: Outcome) -> None:
    """Store what the report says as artifacts of this run, under stable keys.

    Each description is what a card in the UI has room for, and says the result itself.

    Args:
        outcome: How the run ended. Without evidence, one page tells what there is.
    """
    name, evidence = outcome.manifest.dataset, outcome.evidence
    create_markdown_artifact(
        _summary(outcome),
        key=artifact_key(name, "published"),
        description=ending_line(outcome),
    )
    if evidence:
        _show_pages(name, evidence)
        for kind, (rows, description) in _tables(evidence).items():
            create_table_artifact(
                rows, key=artifact_key(name, kind), description=description
            )


def _summary(outcome: Outcome) -> str:
    manifest, root = outcome.manifest, outcome.root
    return summary(
        outcome,
        published_evaluation(manifest, root),
        published_drift(manifest, root),
        figures.distribution(cards.accepted(manifest)),
        places(root, manifest),
    )


def _show_pages(name: str, evidence: Evidence) -> None:
    plan, evaluation = evidence.plan, evidence.evaluation
    drawn = figures.draw(plan, evaluation)
    create_markdown_artifact(
        rendering.markdown(evidence, drawn),
        key=artifact_key(name, "report"),
        description="The whole report of this run",
    )
    create_markdown_artifact(
        _verdict(evidence, drawn),
        key=artifact_key(name, "verdict"),
        description=cards.verdict_line(evaluation),
    )
    create_markdown_artifact(
        _page(cards.decision_line(plan), plan.decision.reason, plan.decision.notes),
        key=artifact_key(name, "decision"),
        description=cards.decision_line(plan),
    )


def _tables(evidence: Evidence) -> dict[str, tuple[list[Row], str]]:
    """Give the rows of each table, and what they come to."""
    survey, plan, evaluation = evidence.survey, evidence.plan, evidence.evaluation
    found = {
        "classes": (
            cards.class_table(plan.classes, survey.rejections),
            cards.ratio_line(plan),
        ),
        "quality": (
            cards.quality_table(survey.rows, survey.rejections),
            cards.quality_line(survey.rows, survey.rejections),
        ),
        "drift": (cards.drift_table(evidence.drift), drift_line(evidence.drift)),
    }
    if evidence.leaderboard:
        # scipy.stats, for what most runs do not show
        from tasks.algorithms.leaderboard_rows import standing_rows  # noqa: PLC0415
        from tasks.algorithms.leaderboard_words import card  # noqa: PLC0415

        said = card(evidence.leaderboard)
        rows: list[Row] = [dict(row) for row in standing_rows(evidence.leaderboard)]
        found["leaderboard"] = rows, said
    if evaluation and evaluation.models:
        line = f"Scores on {evaluation.holdout_rows:,} holdout rows"
        found["evaluation"] = cards.score_table(evaluation), line
    return found


def _verdict(evidence: Evidence, drawn: Mapping[str, bytes]) -> str:
    evaluation = evidence.evaluation
    more = [price_sentence(evaluation), alternative_sentence(evaluation)]
    told = (
        *(evaluation.notes if evaluation else ()),
        *cautions(evidence.findings, evidence.odd_numbers),
    )
    notes = [*filter(None, more), *told]
    page = _page(cards.verdict_line(evaluation), verdict_sentence(evaluation), notes)
    if "difference" not in drawn:
        return page
    alt = "Difference in the primary metric, with its interval"
    return f"{page}\n\n![{alt}]({rendering.data_uri(drawn['difference'])})"


def _page(title: str, sentence: str, notes: Sequence[str]) -> str:
    """Lay out a short page of text that holds labels, which are data."""
    listed = [f"- {escape_markdown(note)}" for note in notes]
    top = [f"# {escape_markdown(title)}", "", escape_markdown(sentence), ""]
    return "\n".join([*top, *listed])
