"""Where rows come from: as a sampler tells, and never what is not so by value."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.origins import Result, origins

ROWS = np.arange(12.0).reshape(6, 2)
CODES = np.array([0, 0, 0, 1, 1, 1])


def result(new: np.ndarray, codes: list[int], **told: object) -> Result:
    return Result(SimpleNamespace(**told), ROWS, CODES, new, np.array(codes))


@given(st.lists(st.integers(0, 5)))
def test_rows_that_are_told_are_those(places: list[int]) -> None:
    chosen = np.array(places, np.intp)
    given_rows = result(ROWS[chosen], list(CODES[chosen]), sample_indices_=places)
    for found in origins(given_rows):
        np.testing.assert_array_equal(found, chosen)


def test_a_row_that_differs_from_the_one_it_is_told_to_be_descends_from_it() -> None:
    new = ROWS[[2, 2]] + [[0, 0], [0.5, 0]]
    found = origins(result(new, [0, 0], sample_indices_=[2, 2]))
    assert found.rows.tolist() == [2, -1]
    assert found.parents.tolist() == [2, 2]


def test_rows_that_were_there_come_first() -> None:
    new = np.vstack([ROWS, [[0, 1], [9, 9]]])
    found = origins(result(new, [*CODES, 0, 1]))
    assert found.rows.tolist() == [0, 1, 2, 3, 4, 5, -1, -1]


def test_a_cleaning_step_tells_what_is_left() -> None:
    new = np.vstack([ROWS, [[7, 7]]])[[0, 3, 5, 6]]
    step = SimpleNamespace(sample_indices_=np.array([0, 3, 5, 6]))
    found = origins(result(new, [0, 1, 1, 1], smote_=SimpleNamespace(), tomek_=step))
    assert found.rows.tolist() == [0, 3, 5, -1]


def test_else_a_row_is_one_that_it_equals_once() -> None:
    new = np.array([[6, 7], [6, 7], [0, 1], [0.5, 1]])
    found = origins(result(new, [1, 1, 0, 0]))
    assert found.rows.tolist() == [3, -1, 0, -1]
    assert found.parents.tolist() == [3, -1, 0, -1]


def test_a_row_of_another_class_is_another_row() -> None:
    found = origins(result(ROWS[:1], [1]))
    assert found.rows.tolist() == [-1]
