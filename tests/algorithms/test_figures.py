"""Figures are sound SVG, the same each time, and show labels as they are."""

import math
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Evidence
from tasks.algorithms import figures
from tasks.algorithms.captions import shorten
from tests import evidence

NAMES = {"distribution", "difference", "confusion", "precision_recall", "calibration"}


def _texts(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - our own bytes
    return ["".join(node.itertext()) for node in root.findall(".//{*}text")]


def _style() -> tuple[object, ...]:
    params = mpl.rcParams
    return params["svg.hashsalt"], params["text.parse_math"], params["font.size"]


@pytest.mark.parametrize("made", [evidence.binary(), evidence.many()])
def test_every_figure_is_drawn_the_same_each_time(made: Evidence) -> None:
    drawn = figures.draw(made.plan, made.evaluation)

    assert set(drawn) == NAMES
    assert drawn == figures.draw(made.plan, made.evaluation)
    assert all(_texts(svg) for svg in drawn.values())


def test_threads_draw_the_same_and_leave_no_style_behind() -> None:
    made, before = evidence.binary(), _style()
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(figures.distribution, [made.plan.classes] * 8))

    assert set(drawn) == {figures.distribution(made.plan.classes)}
    assert _style() == before


@given(st.text(max_size=40))
@settings(max_examples=30, deadline=None)
def test_any_label_is_shown_as_text(label: str) -> None:
    made = evidence.binary(minority=label)
    assert made.evaluation is not None

    for svg in (
        figures.distribution(made.plan.classes),
        figures.confusion(made.evaluation),
    ):
        assert shorten(label, 24) in _texts(svg)


def test_hostile_labels_are_shown_as_text() -> None:
    texts = _texts(figures.distribution(evidence.many().plan.classes))

    assert {shorten(label, 24) for label in evidence.HOSTILE} <= set(texts)


def test_rows_before_and_after_are_written_at_the_bars() -> None:
    texts = _texts(figures.distribution(evidence.undersampled().plan.classes))

    assert {"8,739", "739", "208", "308"} <= set(texts)
    assert {"before", "real", "duplicated"} <= set(texts)
    assert "synthetic" not in texts


def test_of_very_many_classes_the_largest_and_smallest_are_drawn() -> None:
    plan = evidence.binary().plan
    rows = [
        one.model_copy(update={"label": f"c{i}", "kept": 999 - i})
        for i, one in enumerate([plan.classes[0]] * 90)
    ]

    texts = _texts(figures.distribution(rows))

    drawn = [text for text in texts if text.startswith("c")]
    assert drawn == [f"c{i}" for i in (*range(20), *range(70, 90))]


def test_counts_are_written_only_where_they_can_be_read() -> None:
    few, many = evidence.binary().evaluation, evidence.many().evaluation
    assert few is not None
    assert many is not None

    counts = {
        f"{n:,}"
        for model in (few.models[0], few.models[2])
        for row in model.confusion
        for n in row
    }
    assert counts <= set(_texts(figures.confusion(few)))
    assert not any(text.isdigit() for text in _texts(figures.confusion(many)))


def test_the_interval_is_drawn_where_there_is_one() -> None:
    made = evidence.binary()
    assert made.evaluation is not None
    undefined = made.evaluation.model_copy(update={"difference": math.nan})
    nothing = made.evaluation.model_copy(update={"models": ()})

    assert set(figures.draw(made.plan, undefined)) == NAMES - {"difference"}
    assert set(figures.draw(made.plan, nothing)) == {"distribution"}
    assert set(figures.draw(made.plan, None)) == {"distribution"}


@pytest.mark.parametrize("verdict", ["helped", "no difference", "hurt"])
def test_the_colour_of_the_interval_tells_the_verdict(verdict: str) -> None:
    whole = evidence.binary().evaluation
    assert whole is not None
    others = {"helped", "no difference", "hurt"} - {verdict}
    drawn = {
        one: figures.difference(whole.model_copy(update={"verdict": one}))
        for one in (verdict, *others)
    }

    assert all(drawn[verdict] != drawn[other] for other in others)
