"""The page about how a run ended: all that whoever is called at night looks for first.

It needs no evidence but what lies with the version, so a run that found nothing to do
has it too. The whole report is in rendering.
"""

from collections.abc import Mapping

from markupsafe import Markup

from schemas.records import Drift, Outcome
from schemas.verdict import Evaluation
from tasks.algorithms import cards
from tasks.algorithms.cautions import cautions
from tasks.algorithms.drift_words import drift_sentence
from tasks.algorithms.endings import ending
from tasks.algorithms.rendering import data_uri
from tasks.algorithms.tables import rejection_rows
from tasks.algorithms.templating import MARKDOWN
from tasks.algorithms.wording import (
    alternative_sentence,
    price_sentence,
    verdict_sentence,
)

_CLASSES = 50  # in the table


def summary(
    outcome: Outcome,
    evaluation: Evaluation | None,
    drift: Drift | None,
    distribution: bytes,
    places: Mapping[str, str],
) -> str:
    """Write how a run ended as a page of markdown.

    Args:
        outcome: Of the run.
        evaluation: Of the version.
        drift: Since the version before; None when there is none, or nothing changed.
        distribution: SVG of the classes before and after.
        places: Where the parts of the version lie, absolute.

    Returns:
        GitHub-flavoured markdown.
    """
    manifest = outcome.manifest
    title, sentence = ending(outcome)
    content = {
        "manifest": manifest,
        "title": title,
        "sentence": sentence,
        "verdict": verdict_sentence(evaluation),
        "price": price_sentence(evaluation),
        "alternative": alternative_sentence(evaluation),
        "cautions": cautions(manifest.findings, manifest.odd_numbers),
        "drift": drift and drift_sentence(drift),
        "classes": cards.class_table(
            cards.accepted(manifest), manifest.rejections, _CLASSES
        ),
        "quality": cards.quality_line(manifest.source.rows, manifest.rejections),
        "rejections": rejection_rows(manifest.rejections),
        "figures": {"distribution": Markup(data_uri(distribution))},  # noqa: S704 - base64
        # Text, for the UI takes the address out of a link to a file.
        "places": {name: str(place) for name, place in places.items()},
    }
    return MARKDOWN.get_template("summary.md.j2").render(content)
