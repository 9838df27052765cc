"""Reporting: what the stages found → report files beside the data.

How a figure or a page looks is in algorithms; the Prefect UI is artifacts' concern.
"""

import json

from schemas.records import Evidence
from schemas.written import Attempt, FileEntry
from tasks.algorithms import rendering
from tasks.leaderboards import leaderboard_pages
from tasks.stage import stage
from tasks.storage.workspace import write_bytes


@stage("report")
def write_report(evidence: Evidence, attempt: Attempt) -> tuple[FileEntry, ...]:
    """Write the report files that are committed together with the data.

    Args:
        evidence: What the stages found.
        attempt: Where the files go.

    Returns:
        report.html, report.md, metrics.json and the figures; the leaderboard, if the
        decision rests on one.
    """
    # 25 MB and a third of a second, which a run that ends before need not pay.
    from tasks.algorithms import figures  # noqa: PLC0415 - see above

    drawn = figures.draw(evidence.plan, evidence.evaluation)
    pages = {
        "report.html": rendering.html(evidence, drawn),
        "report.md": rendering.markdown(evidence, drawn, "figures"),
        "metrics.json": _metrics(evidence),
    }
    if evidence.leaderboard:
        pages |= leaderboard_pages(evidence.leaderboard)
    texts = {name: text.encode() for name, text in pages.items()}
    svgs = {f"figures/{name}.svg": svg for name, svg in drawn.items()}
    return tuple(
        write_bytes(attempt, f"report/{name}", data)
        for name, data in {**texts, **svgs}.items()
    )


def _metrics(evidence: Evidence) -> str:
    """Write everything that was measured, for programs."""
    found, doubts = evidence.evaluation, evidence.findings
    drift = rendering.drift_if_any(evidence)
    shown = {
        "dataset": evidence.survey.name,
        "run_key": evidence.plan.run_key,
        "decision": evidence.plan.decision.model_dump(mode="json"),
        "before": evidence.plan.before.model_dump(mode="json"),
        "after": evidence.plan.after.model_dump(mode="json"),
        "evaluation": found and found.model_dump(mode="json"),
        "findings": doubts and doubts.model_dump(mode="json"),
        "odd_numbers": [one.model_dump() for one in evidence.odd_numbers],
        "drift": drift and drift.model_dump(mode="json"),
    }
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
