"""Wilson's interval is scipy's; as many rows as needed are enough, one less is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from tasks.algorithms.rarity import (
    REACH,
    needed,
    rarities,
    rarity_sentence,
    wilson,
)

CONFIDENCE = st.floats(0.55, 0.999)


@given(st.integers(1, 500), st.data(), CONFIDENCE)
def test_the_interval_is_that_of_scipy(
    rows: int, data: st.DataObject, confidence: float
) -> None:
    hits = data.draw(st.integers(0, rows))
    known = binomtest(hits, rows).proportion_ci(confidence, "wilson")
    assert wilson(hits, rows, confidence) == pytest.approx(tuple(known), abs=1e-9)


@given(CONFIDENCE, st.floats(0.02, 0.45))
def test_as_many_rows_as_needed_are_enough_and_one_less_is_not(
    confidence: float, reach: float
) -> None:
    rows = needed(confidence, reach)
    low, high = wilson(rows / 2, rows, confidence)
    assert (high - low) / 2 <= reach + 1e-9
    if rows > 1:
        low, high = wilson((rows - 1) / 2, rows - 1, confidence)
        assert (high - low) / 2 > reach - 1e-9


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8))
def test_classes_with_some_rows_but_too_few_are_found(judged: dict[str, int]) -> None:
    found = rarities(judged, judged, 0.2, 0.95)
    few = {label: rows for label, rows in judged.items() if 0 < rows < 21}
    assert {one.label: one.rows for one in found} == few
    assert [one.rows for one in found] == sorted(few.values())
    for one in found:
        assert one.interval[1] - one.interval[0] > 2 * REACH
        assert (one.rows + one.source_rows * 0.2) >= one.needed - 1e-9


def test_what_it_takes_is_said() -> None:
    told = rarity_sentence(rarities({"yes": 7, "no": 90}, {"yes": 7}, 0.2, 0.95))
    assert told == (
        "No verdict is possible on class 'yes': measured on 7 holdout rows, a recall "
        "of one half may be anything from 20.2% to 79.8%. It takes 21 to know it "
        "within 20 points: about 70 more rows of it in the source."
    )


def test_rows_that_the_cap_left_out_are_there() -> None:
    told = rarity_sentence(rarities({"yes": 1}, {"yes": 70}, 0.2, 0.95))
    assert "measured on 1 holdout row, " in told
    assert told.endswith("they are there, so raise evaluation.max_rows.")


def test_many_rare_classes_are_counted() -> None:
    judged = {str(rows): rows for rows in range(1, 9)}
    told = rarity_sentence(rarities(judged, judged, 0.2, 0.95))
    assert (
        "on class '1', nor on '2' (2 rows), '3' (3 rows), '4' (4 rows) and 4 more: "
        in told
    )
    assert rarity_sentence(()) == ""
