"""Drift: equal priors never move, size makes moves significant and not larger."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from schemas.config import WatchConfig
from schemas.records import Drift
from tasks.algorithms.drift import drift
from tests.strategies import LABELS, counts

LIMITS = WatchConfig()
FACTORS = st.integers(1, 10**12)
ANY = st.dictionaries(LABELS, st.integers(0, 10**12), max_size=8)
PAIRS = st.lists(
    st.tuples(st.integers(1, 10**4), st.integers(1, 10**4)), min_size=2, max_size=8
)


def compare(before: dict[str, int], after: dict[str, int]) -> Drift:
    return drift(before, after, 1, LIMITS)


def rows(pairs: list[tuple[int, int]], side: int, times: int = 1) -> dict[str, int]:
    return {str(place): pair[side] * times for place, pair in enumerate(pairs)}


@given(counts, FACTORS, FACTORS, st.floats(0, 0.999), st.floats(0, 1))
def test_equal_priors_never_move_whatever_the_size_and_the_limits(
    table: dict[str, int], then: int, now: int, p_value: float, effect: float
) -> None:
    before = {label: then * count for label, count in table.items()}
    after = {label: now * count for label, count in table.items()}
    limits = WatchConfig(max_p_value=p_value, min_effect=effect)
    found = drift(before, after, 1, limits)
    assert (found.g, found.p_value, found.effect) == (0.0, 1.0, 0.0)
    assert not found.moved


@given(PAIRS, st.integers(2, 10**6))
def test_more_rows_of_the_same_make_a_move_surer_and_no_larger(
    pairs: list[tuple[int, int]], times: int
) -> None:
    few = compare(rows(pairs, 0), rows(pairs, 1))
    many = compare(rows(pairs, 0, times), rows(pairs, 1, times))
    assert many.effect == few.effect
    assert many.p_value <= few.p_value * (1 + 1e-9)
    assert many.g == pytest.approx(times * few.g, rel=1e-6, abs=1e-6 * times)


@given(ANY, ANY, st.randoms(use_true_random=False))
def test_names_and_order_of_classes_do_not_matter(
    before: dict[str, int], after: dict[str, int], random: object
) -> None:
    labels = sorted({*before, *after})
    shuffled = list(labels)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis types it as object
    renamed = dict(zip(labels, shuffled, strict=True))
    ours = compare(before, after)
    theirs = compare(
        {renamed[label]: count for label, count in reversed(before.items())},
        {renamed[label]: count for label, count in reversed(after.items())},
    )
    for measure in ("g", "p_value", "effect", "moved"):
        assert getattr(ours, measure) == getattr(theirs, measure)
    assert {renamed[label] for label in ours.appeared} == set(theirs.appeared)
    assert {renamed[label] for label in ours.vanished} == set(theirs.vanished)


@given(PAIRS)
def test_g_and_p_are_those_of_scipy(pairs: list[tuple[int, int]]) -> None:
    table = np.array(pairs).T
    oracle = chi2_contingency(table, correction=False, lambda_="log-likelihood")
    found = compare(rows(pairs, 0), rows(pairs, 1))
    assert found.g == pytest.approx(oracle.statistic, rel=1e-6, abs=1e-8)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-6, abs=1e-12)


@given(ANY, ANY)
def test_g_and_p_are_those_of_scipy_where_classes_come_and_go(
    before: dict[str, int], after: dict[str, int]
) -> None:
    labels = [k for k in {*before, *after} if before.get(k, 0) + after.get(k, 0)]
    assume(any(before.values()) and any(after.values()) and len(labels) > 1)
    table = [[side.get(label, 0) for label in labels] for side in (before, after)]
    # Scipy multiplies counts as they are, and whole numbers of 64 bits overflow.
    oracle = chi2_contingency(
        np.array(table, float), correction=False, lambda_="log-likelihood"
    )
    found = compare(before, after)
    scale = sum(map(sum, table))
    assert found.g == pytest.approx(oracle.statistic, rel=1e-6, abs=1e-12 * scale)


@given(PAIRS)
def test_the_effect_is_the_one_of_the_textbook(pairs: list[tuple[int, int]]) -> None:
    then, now = np.array(pairs, float).T
    p0, p1 = then / then.sum(), now / now.sum()
    found = compare(rows(pairs, 0), rows(pairs, 1))
    assert found.effect == pytest.approx(math.sqrt(((p1 - p0) ** 2 / p0).sum()))


@given(ANY, ANY)
def test_all_numbers_are_finite_and_classes_are_accounted_for(
    before: dict[str, int], after: dict[str, int]
) -> None:
    found = compare(before, after)
    assert all(map(math.isfinite, (found.g, found.p_value, found.effect)))
    assert found.g >= 0
    assert 0 <= found.p_value <= 1
    assert (found.before, found.after) == (before, after)
    then = {label for label, count in before.items() if count}
    now = {label for label, count in after.items() if count}
    assert set(found.appeared) == now - then
    assert set(found.vanished) == then - now
    assert found.moved or not (found.appeared or found.vanished)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ({}, {}, False),
        ({"a": 0}, {"b": 0}, False),
        ({"a": 5}, {"a": 7_000_000}, False),
        ({}, {"a": 5}, True),
        ({"a": 5}, {}, True),
        ({"a": 5}, {"b": 5}, True),
    ],
)
def test_where_there_is_nothing_to_test_only_classes_that_come_or_go_count(
    before: dict[str, int],
    after: dict[str, int],
    moved: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    assert compare(before, after).moved is moved


def test_a_huge_table_does_not_drift_by_a_move_that_no_model_would_notice() -> None:
    found = compare({"no": 90_000_000, "yes": 10_000_000}, {"no": 898, "yes": 102})
    assert not found.moved
    found = compare(
        {"no": 90_000_000, "yes": 10_000_000}, {"no": 89_800_000, "yes": 10_200_000}
    )
    assert found.p_value < 1e-100
    assert found.effect == pytest.approx(0.0067, abs=1e-4)
    assert not found.moved


def test_a_small_table_does_not_drift_by_chance() -> None:
    found = compare({"no": 18, "yes": 2}, {"no": 16, "yes": 4})
    assert found.effect > LIMITS.min_effect
    assert found.p_value > LIMITS.max_p_value
    assert not found.moved


def test_seldom_does_a_sample_of_the_same_rows_drift() -> None:
    rng = np.random.default_rng(3)
    before = dict(zip("abc", (9_000, 900, 100), strict=True))
    drawn = rng.multinomial(1_000, [0.9, 0.09, 0.01], size=1_000)
    moved = [
        compare(before, dict(zip("abc", map(int, one), strict=True))).moved
        for one in drawn
    ]
    assert sum(moved) <= 30  # 1 in 100 by the test alone; a class may be missing


def test_a_move_that_is_sure_and_large_is_drift() -> None:
    found = compare({"no": 900, "yes": 100}, {"no": 800, "yes": 200})
    assert (found.moved, found.version, found.appeared) == (True, 1, ())
