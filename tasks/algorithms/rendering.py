"""From evidence to a report people read, as HTML and as markdown.

Rows are made in tables, sentences in wording, pictures in figures; nothing is written.
The page about how a run ended is in summary.
"""

import base64
from collections.abc import Mapping

from markupsafe import Markup

from schemas.config import BalanceConfig
from schemas.plan import ResamplePlan
from schemas.records import Drift, Evidence
from schemas.strategy import StrategyKind
from schemas.verdict import Evaluation
from tasks.algorithms import tables
from tasks.algorithms.cautions import (
    cautions,
    memorisation_rows,
    memorisation_sentence,
)
from tasks.algorithms.drift_words import drift_rows, drift_sentence
from tasks.algorithms.fates import class_rows
from tasks.algorithms.gate import objection
from tasks.algorithms.odd_words import odd_rows
from tasks.algorithms.probability_words import probability_sentence, remedy_tried
from tasks.algorithms.sides import unlearnt
from tasks.algorithms.split_words import judged_on
from tasks.algorithms.templating import HTML, MARKDOWN
from tasks.algorithms.wording import (
    alternative_sentence,
    price_sentence,
    redrawn_notes,
    search_notes,
    verdict_sentence,
)

_STRATEGIES = {
    StrategyKind.NONE: "leave the rows as they are",
    StrategyKind.RANDOM_OVER: "random oversampling",
    StrategyKind.RANDOM_UNDER: "random undersampling",
    StrategyKind.SMOTE: "SMOTE",
    StrategyKind.SMOTE_UNDER: "SMOTE with undersampling",
    StrategyKind.WEIGHTS: "weights, and all rows as they are",
}
_NOTHING = "\N{EN DASH}"  # an empty text looks like a label that is empty
_SHIFTS = 20  # classes whose shares are compared; the page has all of them elsewhere
_CLASSES = 50  # in the table of the report in brief
_WHOLE = 500  # classes in tables of the whole report; with more it would not open
_EMBEDDED_UP_TO = 100_000  # characters of figures in markdown that Prefect stores


def html(evidence: Evidence, figures: Mapping[str, bytes]) -> str:
    """Write the whole report as one page that loads nothing and runs nothing.

    Args:
        evidence: What happened.
        figures: SVG by name, as figures.draw makes them.

    Returns:
        An HTML document, the same for the same evidence.
    """
    links = {name: data_uri(figure) for name, figure in figures.items()}
    return HTML.get_template("report.html.j2").render(_content(evidence, links))


def markdown(
    evidence: Evidence, figures: Mapping[str, bytes], folder: str | None = None
) -> str:
    """Write the report in brief, for an artifact or a file.

    Args:
        evidence: What happened.
        figures: SVG by name, as figures.draw makes them.
        folder: Where the figures lie as NAME.svg, relative to the file. Not set: they
            are embedded, as many as an artifact bears.

    Returns:
        GitHub-flavoured markdown.
    """
    if folder is None:
        links = embedded(figures)
    else:
        links = {name: f"{folder}/{name}.svg" for name in figures}
    return MARKDOWN.get_template("report.md.j2").render(_content(evidence, links))


def _content(evidence: Evidence, links: Mapping[str, str]) -> dict[str, object]:
    plan, evaluation = evidence.plan, evidence.evaluation
    classes = class_rows(plan.classes, evidence.survey.rejections)
    total = tables.total_row(classes)
    changed = drift_if_any(evidence)
    memorised = evidence.findings.memorisation if evidence.findings else ()
    weighing = [*filter(None, [evidence.config.weight, plan.weight_column])]
    shifts = tables.cut(drift_rows(changed), _SHIFTS) if changed else []
    return {
        "evidence": evidence,
        "figures": {name: Markup(link) for name, link in links.items()},  # noqa: S704 - base64 and our own names
        "notes": _notes(evidence),
        "strategy": f"{plan.sampler.name} of imbalanced-learn"
        if plan.sampler
        else _STRATEGIES[plan.decision.strategy],
        **_judgement(evaluation),
        "cautions": cautions(evidence.findings, evidence.odd_numbers),
        "memorised": memorisation_sentence(memorised),
        "memorisation": tables.first(memorisation_rows(memorised), _CLASSES),
        "objection": _objection(evidence),
        "drift": changed and drift_sentence(changed),
        "shifts": shifts,
        "classes": tables.cut(classes, _WHOLE // 2, _WHOLE // 2),
        "total": total,
        "narrow": tables.without_zeros(
            [*tables.cut(classes, _CLASSES // 2, _CLASSES // 2), total]
        ),
        "odd": odd_rows(evidence.odd_numbers) if evidence.odd_numbers else [],
        "measures": tables.measure_rows(plan),
        "rejections": tables.cut(
            tables.rejection_rows(evidence.survey.rejections), _WHOLE
        ),
        "rejected": sum(one.rows for one in evidence.survey.rejections),
        "unused": _unused(plan, evidence.config),
        "judged_on": judged_on(plan.split),
        "weights": " * ".join(f"train[{name!r}]" for name in weighing),
        "config": evidence.config.model_dump_json(indent=2),
        "compared": _compared(evidence),
    }


def _unused(plan: ResamplePlan, config: BalanceConfig) -> list[str]:
    """Name the columns of train/ that are no features, each once."""
    perhaps = (config.weight, unlearnt(plan.split), plan.weight_column)
    names = (plan.target, *plan.key, *config.ignore, *perhaps)
    return list(dict.fromkeys(name for name in names if name is not None))


def _notes(evidence: Evidence) -> tuple[str, ...]:
    searched = search_notes(evidence.searches)
    redrawn = redrawn_notes(evidence.redrawn)
    return (*evidence.plan.decision.notes, *searched, *redrawn)


def _judgement(evaluation: Evaluation | None) -> dict[str, object]:
    """Tell what the evaluation came to, in sentences and tables."""
    judged = evaluation if evaluation and evaluation.models else None
    return {
        "verdict": verdict_sentence(evaluation),
        "alternative": alternative_sentence(evaluation),
        "price": price_sentence(evaluation),
        "probabilities": probability_sentence(evaluation),
        "remedy": remedy_tried(evaluation),
        "scores": tables.score_rows(judged) if judged else [],
        "per_class": tables.per_class_rows(judged) if judged else [],
    }


def _compared(evidence: Evidence) -> list[tables.Row]:
    """Tell in brief what the decision rests on; nothing if on no tournament."""
    if evidence.leaderboard is None:
        return []
    # scipy.stats, for a report that most runs do not write
    from tasks.algorithms.leaderboard_rows import standing_rows  # noqa: PLC0415

    return [
        {name: value or _NOTHING for name, value in row.items()}
        for row in standing_rows(evidence.leaderboard)
    ]


def drift_if_any(evidence: Evidence) -> Drift | None:
    """Give the drift unless no count changed.

    A version made anew would else have another report than the version it repeats.
    """
    drift = evidence.drift
    return drift if drift and drift.before != drift.after else None


def _objection(evidence: Evidence) -> str | None:
    found = evidence.evaluation
    verdict = found.verdict if found else "not evaluated"
    return objection(evidence.config.publish, verdict)


def embedded(figures: Mapping[str, bytes]) -> dict[str, str]:
    """Write pictures as addresses, the first ones only if an artifact bears no more."""
    links, room = {}, _EMBEDDED_UP_TO
    for name, figure in figures.items():
        link = data_uri(figure)
        room -= len(link)
        if room >= 0:
            links[name] = link
    return links


def data_uri(svg: bytes) -> str:
    """Write a picture as an address that holds all of it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
