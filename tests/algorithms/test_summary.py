"""The page about how a run ended has what matters on top, and labels are text in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Evidence, Outcome
from tasks.algorithms import figures
from tasks.algorithms.cards import accepted
from tasks.algorithms.endings import ending
from tasks.algorithms.summary import summary
from tasks.algorithms.wording import verdict_sentence
from tests import evidence
from tests.outline import Outline, outline_of, squeezed

LABELS = st.text(max_size=50) | st.sampled_from(evidence.HOSTILE)
PLACES = {"train": "/data/a_b *x*/<i>train</i>"}


def _page(outcome: Outcome, made: Evidence, picture: bytes = b"") -> str:
    return summary(outcome, made.evaluation, made.drift, picture, PLACES)


def _seen(page: str) -> tuple[Outline, str]:
    outline = outline_of(page)
    return outline, squeezed("".join(outline.text))


@pytest.mark.parametrize("status", ["published", "unchanged", "held back"])
def test_ending_verdict_and_decision_come_first(status: str) -> None:
    made = evidence.drifted()
    outcome = evidence.outcome_of(made, status, 4)
    _, text = _seen(_page(outcome, made))

    title, sentence = ending(outcome)
    order = [
        title,
        verdict_sentence(made.evaluation),
        sentence,
        "Since version 4 the class priors",
        "The decision",
        "The classes",
        "Quality of the labels",
        "/data/a_b *x*/<i>train</i>",
    ]
    places = [text.index(squeezed(part)) for part in order]
    assert places == sorted(places)
    assert "15 of " in text


@given(LABELS)
@settings(deadline=None)
def test_no_label_changes_the_shape_of_the_page(label: str) -> None:
    plain, outline = (
        outline_of(_page(evidence.outcome_of(made), made))
        for made in (evidence.binary("plain"), evidence.binary(label))
    )
    assert outline.tags == plain.tags


def test_without_evaluation_drift_or_rejections_it_says_so() -> None:
    made = evidence.undersampled()
    survey = made.survey.model_copy(update={"rejections": ()})
    made = made.model_copy(update={"survey": survey})
    _, text = _seen(_page(evidence.outcome_of(made), made))

    assert "Not evaluated" in text
    assert "rows rejected" in text
    assert "None of" in text
    assert "Since version" not in text


def test_ten_thousand_classes_fit_an_artifact() -> None:
    made = evidence.binary()
    template = evidence.outcome_of(made)
    classes = tuple(
        one.model_copy(update={"label": f"{place} {'🦊' * 60}"})
        for place, one in enumerate(template.manifest.classes[:1] * 10_000)
    )
    manifest = template.manifest.model_copy(update={"classes": classes})
    outcome = template.model_copy(update={"manifest": manifest})
    picture = figures.distribution(accepted(manifest))

    page = _page(outcome, made, picture)
    assert len(page.encode()) < 200_000
    assert "(9,950 more)" in page
    assert "9999 🦊" in page
