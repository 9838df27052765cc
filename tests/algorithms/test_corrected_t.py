"""The corrected t-test is the plain one where folds share nothing, and milder else."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_1samp, ttest_rel

from tasks.algorithms.corrected_t import corrected_t

VALUES = st.lists(
    st.floats(-1, 1).map(lambda x: round(x, 6)), min_size=2, max_size=30
).map(np.array)
OVERLAPS = st.floats(0, 1)


def test_without_overlap_it_is_the_paired_t_test_of_scipy() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(0.7, 0.1, 15), rng.normal(0.75, 0.1, 15)
    oracle = ttest_rel(one, other)
    low, high = oracle.confidence_interval(0.95)

    found = corrected_t(one - other, 0, 0.05)

    assert found.p_value == pytest.approx(oracle.pvalue)
    assert found.interval == pytest.approx((low, high))


def test_by_hand() -> None:
    """Of 1, 2, 3 with an overlap of a quarter: error sqrt((1/3 + 1/4) * 1)."""
    error = math.sqrt(7 / 12)
    reach = student.ppf(0.975, 2) * error

    found = corrected_t(np.array([1.0, 2.0, 3.0]), 0.25, 0.05)

    assert found.mean == 2
    assert found.interval == pytest.approx((2 - reach, 2 + reach))
    assert found.p_value == pytest.approx(2 * student.sf(2 / error, 2))


@given(VALUES, OVERLAPS, OVERLAPS)
def test_more_overlap_never_makes_it_surer(
    values: np.ndarray, few: float, many: float
) -> None:
    few, many = sorted((few, many))
    loose, tight = corrected_t(values, many, 0.05), corrected_t(values, few, 0.05)

    assert loose.p_value >= tight.p_value
    assert loose.interval[0] <= tight.interval[0]
    assert loose.interval[1] >= tight.interval[1]


@given(VALUES, OVERLAPS)
def test_turning_the_values_turns_the_interval(
    values: np.ndarray, overlap: float
) -> None:
    found, turned = (corrected_t(each, overlap, 0.05) for each in (values, -values))

    assert turned.p_value == pytest.approx(found.p_value)
    assert turned.interval == pytest.approx((-found.interval[1], -found.interval[0]))


@given(VALUES, OVERLAPS, st.floats(0.001, 0.4))
def test_the_interval_excludes_zero_where_the_test_rejects(
    values: np.ndarray, overlap: float, level: float
) -> None:
    found = corrected_t(values, overlap, level)
    low, high = found.interval
    if np.ptp(values) > 1e-9 and abs(found.p_value - level) > 1e-6:
        assert (low > 0 or high < 0) is (found.p_value < level)


def test_values_that_do_not_vary_leave_the_signs() -> None:
    """What a sign test says, as scipy's t-test says nan."""
    assert corrected_t(np.full(5, 0.2), 0.25, 0.05) == (0.2, (0.2, 0.2), 0.0625)
    assert corrected_t(np.zeros(5), 0.25, 0.05) == (0, (0, 0), 1)
    with np.errstate(all="ignore"):
        assert np.isnan(ttest_1samp(np.zeros(5), 0).pvalue)


def test_under_folds_that_share_rows_it_rejects_as_rarely_as_asked() -> None:
    """Scores of 5 folds that correlate by 1/5, as the correction assumes, no gain."""
    rng, trials = np.random.default_rng(1), 4_000
    shared = rng.normal(size=(trials, 1)) * math.sqrt(0.2)
    values = shared + rng.normal(size=(trials, 15)) * math.sqrt(0.8)

    honest, plain = (
        np.mean([corrected_t(row, overlap, 0.05).p_value < 0.05 for row in values])
        for overlap in (0.25, 0)
    )

    assert honest == pytest.approx(0.05, abs=0.015)
    assert plain > 0.2
