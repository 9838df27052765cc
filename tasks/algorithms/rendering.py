"""From evidence to a report people read, as HTML and as markdown.

Rows are made in tables, sentences in wording, pictures in figures; nothing is written.
"""

import base64
import html as entities
import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from schemas.config import StrategyKind
from schemas.records import Evidence
from tasks.algorithms import tables
from tasks.algorithms.captions import one_line, shorten
from tasks.algorithms.wording import (
    alternative_sentence,
    price_sentence,
    verdict_sentence,
)

_STRATEGIES = {
    StrategyKind.NONE: "leave the rows as they are",
    StrategyKind.RANDOM_OVER: "random oversampling",
    StrategyKind.RANDOM_UNDER: "random undersampling",
    StrategyKind.SMOTE: "SMOTE",
    StrategyKind.SMOTE_UNDER: "SMOTE with undersampling",
}
_MARKUP = re.compile(r"[\\`*_\[\]~#$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_EMBEDDED_UP_TO = 100_000  # characters of figures in markdown that Prefect stores


def html(evidence: Evidence, figures: Mapping[str, bytes]) -> str:
    """Write the whole report as one page that loads nothing and runs nothing.

    Args:
        evidence: What happened.
        figures: SVG by name, as figures.draw makes them.

    Returns:
        An HTML document, the same for the same evidence.
    """
    links = {name: _data_uri(figure) for name, figure in figures.items()}
    return _HTML.get_template("report.html.j2").render(_content(evidence, links))


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
        links = _embedded(figures)
    else:
        links = {name: f"{folder}/{name}.svg" for name in figures}
    return _MARKDOWN.get_template("report.md.j2").render(_content(evidence, links))


def escape_markdown(text: str) -> str:
    r"""Write text so that markdown, in a table too, shows it as it is.

    Args:
        text: Anything; what cannot be seen is escaped as in Python.

    Returns:
        One line without live markup, HTML, mathematics or links.

    >>> escape_markdown("a|b <i>*c*")
    'a&#124;b &lt;i&gt;\\*c\\*'
    """
    quoted = entities.escape(_MARKUP.sub(r"\\\g<0>", one_line(text)), quote=False)
    return quoted.replace("|", "&#124;")


def _content(evidence: Evidence, links: Mapping[str, str]) -> dict[str, object]:
    plan, evaluation = evidence.plan, evidence.evaluation
    judged = evaluation is not None and bool(evaluation.models)
    classes = tables.class_rows(plan, evidence.survey.rejections)
    return {
        "evidence": evidence,
        "figures": {name: Markup(link) for name, link in links.items()},  # noqa: S704 - base64 and our own names
        "strategy": _STRATEGIES[plan.decision.strategy],
        "verdict": verdict_sentence(evaluation),
        "alternative": alternative_sentence(evaluation),
        "price": price_sentence(evaluation),
        "classes": classes,
        "total": tables.total_row(classes),
        "narrow": tables.without_zeros([*classes, tables.total_row(classes)]),
        "scores": tables.score_rows(evaluation) if evaluation and judged else [],
        "per_class": tables.per_class_rows(evaluation) if evaluation and judged else [],
        "measures": tables.measure_rows(plan),
        "rejections": tables.rejection_rows(evidence.survey.rejections),
        "rejected": sum(one.rows for one in evidence.survey.rejections),
        "unused": [plan.target, *plan.key, *evidence.config.ignore],
        "config": evidence.config.model_dump_json(indent=2),
    }


def _embedded(figures: Mapping[str, bytes]) -> dict[str, str]:
    links, room = {}, _EMBEDDED_UP_TO
    for name, figure in figures.items():
        link = _data_uri(figure)
        room -= len(link)
        if room >= 0:
            links[name] = link
    return links


def _data_uri(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def _shown(value: object) -> object:
    match value:
        case None:
            return "\N{EN DASH}"
        case int():
            return f"{value:,}"
        case float() if 0 < abs(value) < 0.001:  # noqa: PLR2004 - .3f would show 0.000
            return f"{value:.1g}"
        case float():
            return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.1f}"  # noqa: PLR2004 - as many digits again
        case _:
            return value


def _shown_in_markdown(value: object) -> Markup:
    if isinstance(value, Markup):
        return value
    return Markup(escape_markdown(str(_shown(value))))  # noqa: S704 - just escaped


_HTML = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    finalize=_shown,
)
_HTML.filters["shorten"] = shorten
_HTML.filters["one_line"] = one_line
_MARKDOWN = _HTML.overlay(finalize=_shown_in_markdown)
