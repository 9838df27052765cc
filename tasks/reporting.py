"""Reporting: values to report files beside the data, and to Prefect artifacts.

How a figure or a page looks is in algorithms.figures and algorithms.rendering.
"""

import json
from pathlib import Path

from prefect import task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)
from prefect.cache_policies import NO_CACHE

from schemas.records import Attempt, Decision, Evidence, FileEntry, Manifest, Outcome
from tasks.algorithms import figures, rendering, tables
from tasks.algorithms.rendering import escape_markdown
from tasks.algorithms.wording import verdict_sentence
from tasks.storage.workspace import write_bytes


@task(name="report", cache_policy=NO_CACHE)
def write_report(evidence: Evidence, attempt: Attempt) -> tuple[FileEntry, ...]:
    """Write the report files that are committed together with the data.

    Args:
        evidence: What the stages found.
        attempt: Where the files go.

    Returns:
        report.html, report.md, metrics.json and the figures.
    """
    drawn = figures.draw(evidence.plan, evidence.evaluation)
    pages = {
        "report.html": rendering.html(evidence, drawn),
        "report.md": rendering.markdown(evidence, drawn, "figures"),
        "metrics.json": _metrics(evidence),
    }
    texts = {name: text.encode() for name, text in pages.items()}
    svgs = {f"figures/{name}.svg": svg for name, svg in drawn.items()}
    return tuple(
        write_bytes(attempt, f"report/{name}", data)
        for name, data in {**texts, **svgs}.items()
    )


def _metrics(evidence: Evidence) -> str:
    """Write everything that was measured, for programs."""
    found = evidence.evaluation
    shown = {
        "dataset": evidence.survey.name,
        "run_key": evidence.plan.run_key,
        "decision": evidence.plan.decision.model_dump(mode="json"),
        "before": evidence.plan.before.model_dump(mode="json"),
        "after": evidence.plan.after.model_dump(mode="json"),
        "evaluation": found and found.model_dump(mode="json"),
    }
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def _decision(decision: Decision) -> str:
    notes = [f"- {escape_markdown(note)}" for note in decision.notes]
    return "\n".join([f"**{escape_markdown(decision.reason)}**", "", *notes])


def artifact_key(dataset: str, kind: str) -> str:
    """Name an artifact so that it has a history: lowercase letters, digits, dashes.

    >>> artifact_key("bank_marketing", "verdict")
    'bank-marketing-verdict'
    """
    return f"{dataset}-{kind}".replace("_", "-")


@task(name="show-in-ui", cache_policy=NO_CACHE)
def show_in_ui(outcome: Outcome) -> None:
    """Store what the report says as artifacts of this run, under stable keys.

    Args:
        outcome: A published version with its evidence, or the unchanged one.
    """
    name, manifest = outcome.manifest.dataset, outcome.manifest
    _links(outcome.root, manifest)
    if outcome.evidence is None:
        return
    evidence = outcome.evidence
    drawn = figures.draw(evidence.plan, evidence.evaluation)
    create_markdown_artifact(
        rendering.markdown(evidence, drawn),
        key=artifact_key(name, "report"),
        description=f"{name}, version {manifest.version}",
    )
    create_markdown_artifact(
        escape_markdown(verdict_sentence(evidence.evaluation)),
        key=artifact_key(name, "verdict"),
        description=f"{name}, version {manifest.version}: did balancing help?",
    )
    create_markdown_artifact(
        _decision(evidence.plan.decision),
        key=artifact_key(name, "decision"),
        description=f"{name}, version {manifest.version}: what was done, and why",
    )
    create_table_artifact(
        tables.class_rows(evidence.plan, evidence.survey.rejections),
        key=artifact_key(name, "classes"),
        description="Rows and priors of each class, before and after",
    )
    if evidence.evaluation:
        create_table_artifact(
            tables.score_rows(evidence.evaluation),
            key=artifact_key(name, "evaluation"),
            description="Scores on the untouched holdout",
        )


def _links(root: str, manifest: Manifest) -> None:
    report = [e.path for e in manifest.files if e.path.endswith("/report/report.html")]
    places = {"report": report[0], "manifest": f"_commits/{manifest.version:020d}.json"}
    for kind, path in places.items():
        create_link_artifact(
            (Path(root) / path).as_uri(),
            link_text=path,
            key=artifact_key(manifest.dataset, f"{kind}-link"),
            description=f"{manifest.dataset}, version {manifest.version}: the {kind}",
        )
