"""Costs: what is claimed in vain and what is missed, in the user's own units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.costs import cost, cost_curve
from tasks.algorithms.metrics import brier

ROWS = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=50)


def test_a_miss_and_a_false_alarm_cost_what_they_cost() -> None:
    happened = np.array([True, True, False, False])
    assert cost(happened, happened, 3, 7) == 0
    assert cost(happened, ~happened, 3, 7) == (2 * 3 + 2 * 7) / 4


@given(ROWS)
def test_nothing_costs_nothing_and_no_one_pays_more_than_both(
    rows: list[tuple[bool, float]],
) -> None:
    happened, probabilities = (np.array(part) for part in zip(*rows, strict=True))
    curve = cost_curve(happened, probabilities)
    assert (curve.x[0], curve.x[-1]) == (0, 1)
    assert curve.y[0] == 0
    x, y = np.array(curve.x), np.array(curve.y)
    assert (y >= 0).all()
    assert (y <= np.maximum(x, 1 - x) + 1e-12).all()


def test_twice_the_area_is_the_brier_score() -> None:
    rng = np.random.default_rng(1)
    probabilities = rng.random(5_000)
    happened = rng.random(5_000) < probabilities**2
    curve = cost_curve(happened, probabilities)
    both = np.stack([1 - probabilities, probabilities], axis=1)
    expected = brier(happened.astype(np.int32), both).mean()
    assert 2 * np.trapezoid(curve.y, curve.x) == pytest.approx(expected, rel=0.01)
