"""Rows as a matrix: what is written is read back, and nothing new comes of reading."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.errors import UserError
from tasks.algorithms import coding as coding_module
from tasks.algorithms.coding import learn
from tasks.algorithms.columns import categorical, numeric
from tasks.algorithms.matrix import code_columns, read, written
from tests.algorithms.mixed import Donors, donors, roles

FLAGS = st.booleans()


@given(donors(), FLAGS, FLAGS)
def test_what_is_written_is_read_back(
    given_rows: Donors,
    standardize: bool,  # noqa: FBT001 - hypothesis
    coded: bool,  # noqa: FBT001
) -> None:
    rows, columns = given_rows
    assume(numeric(columns) or categorical(columns))
    coding = learn(rows, columns, standardize=standardize, coded=coded)
    numbers = written(coding)
    assert numbers.shape == (rows.num_rows, coding.width)
    assert np.isfinite(numbers).all()
    again = read(coding, numbers, np.arange(rows.num_rows))
    assert again.schema.equals(rows.schema, check_metadata=True)
    for column in columns:
        here, there = (t.column(column.name).to_pylist() for t in (rows, again))
        if column.role in {"key", "ignore"}:
            assert there == [None] * len(there)
        elif column.role in {"categorical", "target", "weight"}:
            assert there == here
        else:
            _check_numbers(here, there)


def _check_numbers(here: list[object], there: list[object]) -> None:
    """What is missing or infinite is missing; all else stays near, and inside."""
    known = [value for value in here if _is_known(value)]
    for before, after in zip(here, there, strict=True):
        assert _is_known(before) == _is_known(after)
        if _is_known(before) and not isinstance(before, float):
            assert min(known) <= after <= max(known)  # type: ignore[type-var,operator] # one type, with an order


def _is_known(value: object) -> bool:
    return value is not None and not (
        isinstance(value, float) and not math.isfinite(value)
    )


@given(donors(), FLAGS, st.integers(0, 2**32))
def test_whatever_a_sampler_makes_can_be_read(
    given_rows: Donors,
    standardize: bool,  # noqa: FBT001 - hypothesis
    seed: int,
) -> None:
    rows, columns = given_rows
    assume(numeric(columns) or categorical(columns))
    coding = learn(rows, columns, standardize=standardize)
    before = written(coding)
    strange = before + np.random.default_rng(seed).normal(size=before.shape) * 1e3
    found = read(coding, strange, np.zeros(len(strange), np.intp))
    found.validate(full=True)
    for column in columns:
        here, there = (t.column(column.name).to_pylist() for t in (rows, found))
        if column.role == "categorical":
            assert set(there) <= set(here)


def test_a_column_of_floats_is_itself_unless_standardised() -> None:
    values = np.random.default_rng(0).normal(size=(50, 3))
    rows = pa.table({name: values[:, at] for at, name in enumerate("abc")})
    columns = roles(rows.schema)
    np.testing.assert_array_equal(
        written(learn(rows, columns, standardize=False)), values
    )
    scaled = written(learn(rows, columns, standardize=True))
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0), 1)


def test_two_rows_that_differ_in_a_category_are_as_far_apart_as_one_deviation() -> None:
    rows = pa.table({"x": [0.0, 0.0], "town": ["a", "b"], "flag": [True, True]})
    for standardize in (True, False):
        one, other = written(learn(rows, roles(rows.schema), standardize=standardize))
        assert np.linalg.norm(one - other) == pytest.approx(1)


def test_codes_are_told_apart_from_numbers() -> None:
    rows = pa.table({"x": [0.0, None], "town": ["a", "b"], "z": [1, 2]})
    coding = learn(rows, roles(rows.schema), standardize=True, coded=True)
    assert code_columns(coding) == [1, 3]
    np.testing.assert_array_equal(
        written(coding)[:, [1, 3]], np.array([[0, 0], [1, 1]])
    )


def test_what_is_beyond_the_budget_is_refused_with_numbers_and_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = pa.table({"x": range(30), "town": [str(n) for n in range(30)]})
    monkeypatch.setattr(coding_module, "BUDGET", 900)
    with pytest.raises(UserError) as caught:
        learn(rows, roles(rows.schema), standardize=True)
    for word in ("900 numbers", "30 training rows of 31", "930", "levels of 'town'"):
        assert word in str(caught.value)
    assert "random_under" in str(caught.value)


def test_without_a_feature_there_is_nothing_to_write() -> None:
    rows = pa.table({"y": ["a"]})
    with pytest.raises(UserError, match="needs a feature"):
        learn(rows, roles(rows.schema, y="target"), standardize=True)


def test_levels_with_an_order_are_ranks() -> None:
    rows = pa.table({"size": ["s", "l", None, "m"], "y": ["a"] * 4})
    levels = ("s", "m", "l")
    columns = tuple(
        column.model_copy(update={"role": "ordinal", "levels": levels})
        if column.name == "size"
        else column
        for column in roles(rows.schema, y="target")
    )
    coding = learn(rows, columns, standardize=False)
    numbers = written(coding)
    assert numbers[:, 0].tolist() == [0, 2, 1, 1]
    numbers[0, 0] = 1.4
    found = read(coding, numbers, np.arange(4))
    assert found.column("size").to_pylist() == ["m", "l", None, "m"]
