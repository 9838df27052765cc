"""Holm's correction does what another writing of it does."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.holm import holm

P_VALUES = st.lists(st.floats(0, 1), max_size=30)


def _step_by_step(p_values: list[float]) -> list[float]:
    """Correct as Holm's paper tells it: the smallest first, against all left."""
    left, worst = dict(enumerate(p_values)), 0.0
    corrected = {}
    while left:
        place = min(left, key=lambda one: left[one])
        worst = max(worst, min(1.0, len(left) * left.pop(place)))
        corrected[place] = worst
    return [corrected[place] for place in range(len(p_values))]


@given(P_VALUES)
def test_it_is_the_procedure_of_the_paper(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(_step_by_step(p_values))


@given(P_VALUES)
def test_no_p_value_shrinks_or_changes_places(p_values: list[float]) -> None:
    corrected = holm(p_values)

    assert all(raw <= one <= 1 for raw, one in zip(p_values, corrected, strict=True))
    assert sorted(corrected) == [one for _, one in sorted(zip(p_values, corrected))]  # noqa: B905 - holm keeps the length


@given(P_VALUES, st.randoms())
def test_the_order_of_the_tests_does_not_matter(
    p_values: list[float], rng: random.Random
) -> None:
    order = list(range(len(p_values)))
    rng.shuffle(order)

    corrected = holm([p_values[place] for place in order])

    assert corrected == tuple(holm(p_values)[place] for place in order)


def test_no_tests_need_no_correction() -> None:
    assert holm([]) == ()
