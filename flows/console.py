"""What the command prints: tables and sentences for people, one JSON record for pipes.

Values come from the stages, which live shows while they run; pages for browsers are
made in tasks.algorithms.rendering.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.manifest import Manifest, ManifestClass
from schemas.plan import ClassPlan, Decision, Diagnosis
from schemas.records import Drift, Outcome
from schemas.survey import Rejection, Survey
from schemas.verdict import Evaluation
from tasks.algorithms.captions import shorten
from tasks.algorithms.cautions import cautions
from tasks.algorithms.drift_words import drift_sentence
from tasks.algorithms.endings import ending, heading
from tasks.algorithms.imbalance import diagnose
from tasks.algorithms.passport import manifest_classes
from tasks.algorithms.wording import (
    alternative_sentence,
    price_sentence,
    redrawn_notes,
    verdict_sentence,
)
from tasks.published import published_drift, published_evaluation
from tasks.storage.places import places

_WIDTH = 40  # cells of a label
_CLASSES, _REJECTIONS = 100, 20  # shown; of more the middle, or the end, is told
_PIPE_WIDTH = 100  # columns where there is no terminal to ask


def terminal() -> Console:
    """Print to stdout as it is now; pipes get plain text of a fixed width."""
    out = Console(highlight=False, soft_wrap=False)
    return out if out.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def show_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """Print how a run ended."""
    if as_json:
        print_json(
            {"status": outcome.status, **_summary(outcome.manifest, outcome.root)}
        )
        return
    out, manifest = terminal(), outcome.manifest
    if outcome.status != "published":
        out.print(Text("{}. {}\n".format(*ending(outcome))))
    name = heading(manifest)
    if outcome.status == "held back":
        name = f"{manifest.dataset}, held back"
    _print_version(out, name, manifest, outcome.root)


def show_version(manifest: Manifest, root: str, *, as_json: bool) -> None:
    """Print a published version: decision, classes, verdict and where things are."""
    if as_json:
        print_json(_summary(manifest, root))
        return
    _print_version(terminal(), heading(manifest), manifest, root)


def _print_version(out: Console, title: str, manifest: Manifest, root: str) -> None:
    out.print(Text(title, style="bold"))
    _print_decision(out, manifest.decision)
    out.print(_class_table(manifest.classes))
    _print_rejections(out, manifest.rejections)
    _print_verdict(out, published_evaluation(manifest, root))
    cautioned = cautions(manifest.findings, manifest.odd_numbers)
    for note in (*cautioned, *redrawn_notes(manifest.redrawn)):
        out.print(Text(f"Note: {note}"))
    _print_drift(out, published_drift(manifest, root))
    out.print()
    for name, place in places(root, manifest).items():
        out.print(Text(f"{name:<9}{nearby(place)}"), soft_wrap=True)


def show_survey(
    survey: Survey,
    decision: Decision,
    classes: Sequence[ClassPlan],
    *,
    as_json: bool,
) -> None:
    """Print the diagnosis and the decision, before anything is written."""
    found = diagnose(list(survey.counts.values()))
    if as_json:
        print_json(
            {
                "dataset": survey.name,
                "rows": survey.rows,
                "counts": survey.counts,
                "rejections": [item.model_dump() for item in survey.rejections],
                "diagnosis": found.model_dump(),
                "decision": decision.model_dump(mode="json"),
                "classes": {item.label: item.train for item in classes},
            }
        )
        return
    out = terminal()
    out.print(
        Text(
            f"{survey.name}: {survey.rows:,} rows in {len(survey.fragments)} files, "
            f"{len(survey.columns)} columns",
            style="bold",
        )
    )
    out.print(_diagnosis_table(found))
    _print_decision(out, decision)
    out.print(_class_table(manifest_classes(classes, survey.rejections)))
    _print_rejections(out, survey.rejections)


def show_markdown(text: str) -> None:
    """Print a page: laid out on a terminal, as it is in a pipe."""
    if sys.stdout.isatty():
        from rich.markdown import Markdown  # noqa: PLC0415 - the tutorial's alone

        Console().print(Markdown(text))
    else:
        sys.stdout.write(text + "\n")


def print_json(value: object) -> None:
    """Print one JSON record on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


def _print_decision(out: Console, decision: Decision) -> None:
    out.print(Text(f"Decision: {decision.reason}"))
    for note in decision.notes:
        out.print(Text(f"  - {note}"))


def _print_verdict(out: Console, evaluation: Evaluation | None) -> None:
    out.print(Text(verdict_sentence(evaluation), style="bold"))
    for sentence in (price_sentence(evaluation), alternative_sentence(evaluation)):
        if sentence:
            out.print(Text(sentence))


def _print_drift(out: Console, drift: Drift | None) -> None:
    if drift and drift.moved:
        out.print(Text(drift_sentence(drift)))


def _print_rejections(out: Console, rejections: Sequence[Rejection]) -> None:
    for item in rejections[:_REJECTIONS]:
        label = "null" if item.label is None else shorten(item.label, _WIDTH)
        out.print(Text(f"Rejected: {item.rows:,} rows, {label}: {item.reason}"))
    if more := rejections[_REJECTIONS:]:
        rows = sum(item.rows for item in more)
        out.print(Text(f"Rejected: {rows:,} rows of {len(more):,} more labels"))


def _class_table(classes: Sequence[ManifestClass]) -> Table:
    """Lay out the fates of each class's rows, leaving out fates that no row met."""
    fates = ("holdout", "kept", "dropped", "duplicated", "synthetic")
    met = [fate for fate in fates if any(getattr(item, fate) for item in classes)]
    table = Table(header_style="bold")
    table.add_column("class", min_width=5)
    weighted = any(item.weight != 1 for item in classes)
    for name in ("source", *met, "train", *(["weight"] if weighted else []), "share"):
        table.add_column(name, justify="right", no_wrap=True)
    half, more = _CLASSES // 2, len(classes) - _CLASSES
    parts = (classes[:half], classes[-half:]) if more > 0 else (classes,)
    for place, part in enumerate(parts):
        if place:
            table.add_row(f"({more:,} more)")
        for item in part:
            rows = [f"{getattr(item, name):,}" for name in ("source", *met, "train")]
            rows += [f"{item.weight:.4g}"] if weighted else []
            share = f"{item.prior_before:.1%} → {item.prior_after:.1%}"
            table.add_row(Text(shorten(item.label, _WIDTH)), *rows, share)
    return table


def _diagnosis_table(found: Diagnosis) -> Table:
    table = Table(show_header=False)
    for name, value in found.model_dump().items():
        shown = f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
        table.add_row(name.replace("_", " "), shown)
    return table


def nearby(place: str) -> str:
    """Name a place from here if it lies below, as people would type it."""
    return place.removeprefix(f"{Path.cwd()}/")


def _summary(manifest: Manifest, root: str) -> dict[str, object]:
    kept = {"dataset", "version", "decision", "classes", "verdict", "evaluation"}
    told = manifest.model_dump(mode="json", include=kept)
    return {**told, **places(root, manifest)}
