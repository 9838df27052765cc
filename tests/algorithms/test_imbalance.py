"""Laws of the imbalance measures, then the reference vectors."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import power_divergence

from tasks.algorithms.imbalance import diagnose

COUNTS = st.lists(st.integers(1, 10**9), min_size=2, max_size=40)


@given(COUNTS, st.randoms())
def test_the_order_of_classes_does_not_matter(
    counts: list[int], random: Random
) -> None:
    shuffled = random.sample(counts, len(counts))
    assert diagnose(shuffled) == diagnose(counts)


@given(COUNTS, st.integers(2, 1000))
def test_only_lrid_and_its_p_value_grow_with_the_table(
    counts: list[int], times: int
) -> None:
    small, large = diagnose(counts), diagnose([count * times for count in counts])
    assert large.lrid == pytest.approx(times * small.lrid, rel=1e-6, abs=1e-3)
    for name in set(type(small).model_fields) - {"rows", "lrid", "p_value"}:
        assert getattr(large, name) == pytest.approx(getattr(small, name), abs=1e-9)


@given(st.integers(2, 40), st.integers(1, 10**9))
def test_balance_is_the_best_value_of_every_measure(classes: int, rows: int) -> None:
    even = diagnose([rows] * classes)
    assert even.imbalance_ratio == 1
    assert even.minority_share == pytest.approx(1 / classes)
    assert even.pielou_j == pytest.approx(1)
    assert even.hill_1 == pytest.approx(classes)
    assert even.hill_2 == pytest.approx(classes)
    assert even.gini_simpson == pytest.approx(1)
    assert even.total_variation == pytest.approx(0)
    assert even.imbalance_degree == 0
    assert even.lrid == pytest.approx(0, abs=1e-4)
    assert even.p_value == pytest.approx(1, abs=0.01)


@given(COUNTS)
def test_measures_keep_their_ranges(counts: list[int]) -> None:
    found, classes = diagnose(counts), len(counts)
    minorities = sum(count * classes < sum(counts) for count in counts)
    assert 0 <= found.pielou_j <= 1
    assert 0 <= found.gini_simpson <= 1
    assert 1 <= found.hill_2 <= found.hill_1 * (1 + 1e-9) <= classes * (1 + 2e-9)
    assert 0 <= found.total_variation <= (classes - 1) / classes
    assert minorities - 1 <= found.imbalance_degree <= minorities + 1e-9
    assert found.lrid >= 0
    assert 0 <= found.p_value <= 1


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=40))
def test_lrid_is_the_g_test_against_even_classes(counts: list[int]) -> None:
    statistic, p_value = power_divergence(counts, lambda_="log-likelihood")
    found = diagnose(counts)
    assert found.lrid == pytest.approx(statistic, rel=1e-9, abs=1e-6)
    assert found.p_value == pytest.approx(p_value, rel=1e-6, abs=1e-9)


def test_three_classes_with_one_minority() -> None:
    found = diagnose([900, 900, 100])
    assert found.classes == 3
    assert found.rows == 1900
    assert found.imbalance_ratio == 9
    assert found.pielou_j == pytest.approx(0.7854, abs=5e-5)
    assert found.hill_1 == pytest.approx(2.3699, abs=5e-5)
    assert found.gini_simpson * 2 / 3 == pytest.approx(0.5485, abs=5e-5)
    assert found.total_variation == pytest.approx(0.2807, abs=5e-5)
    assert found.imbalance_degree == pytest.approx(0.6107, abs=5e-5)
    assert found.lrid / (2 * 1900 * math.log(3)) == pytest.approx(0.2146, abs=5e-5)


def test_mammography() -> None:
    found = diagnose([10923, 260])
    assert found.imbalance_ratio == pytest.approx(42.01, abs=5e-3)
    assert found.pielou_j == pytest.approx(0.1593, abs=5e-5)
    assert found.hill_2 == pytest.approx(1.0476, abs=5e-5)
    assert found.imbalance_degree == pytest.approx(0.8125, abs=5e-5)
    assert found.lrid == pytest.approx(13033.06, abs=5e-3)


def test_nine_to_one() -> None:
    assert diagnose([900, 100]).lrid == pytest.approx(736.13, abs=5e-3)


@pytest.mark.parametrize("counts", [[], [5], [5, 0], [5, -1, 3]])
def test_fewer_than_two_classes_with_rows_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="2 or more classes"):
        diagnose(counts)
