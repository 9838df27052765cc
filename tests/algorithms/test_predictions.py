"""Columns find their classes, and what is no distribution is told by file and row."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from tasks.algorithms.predictions import (
    TOLERANCE,
    class_columns,
    corrected_schema,
    read_probabilities,
    with_probabilities,
)
from tests.strategies import LABELS


def numbers(*names: str) -> pa.Schema:
    return pa.schema([(name, pa.float64()) for name in names])


@given(st.lists(LABELS, min_size=2, max_size=6, unique=True), st.randoms())
def test_columns_are_found_in_any_order_by_label_or_prefix(
    labels: list[str], rng: Random
) -> None:
    for prefix in ("", "p_"):
        wanted = [prefix + label for label in labels]
        shuffled = list(wanted)
        rng.shuffle(shuffled)
        schema = numbers("the id of a row", *shuffled)
        assert class_columns(schema, labels, [], "t") == tuple(wanted)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (("no",), "has no column 'yes'"),
        (("no", "Yes"), "has no column 'yes'; did you mean 'Yes'"),
        (("id", "p_no"), "has no column 'p_yes'"),
        ((), "called like the label or p_ and the label: 'no', 'yes'"),
        (("no", "yes", "p_no", "p_yes"), "two columns for each class"),
        (("p_no", "p_yes", "p_maybe"), "'p_maybe', and no such class was trained on"),
        (("no", "yes", "odd"), "'odd', and no such class was trained on"),
    ],
)
def test_columns_that_do_not_fit_the_classes_are_refused(
    columns: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UserError, match=message) as error:
        class_columns(numbers(*columns), ["no", "yes"], ["odd"], "t.parquet")
    assert "t.parquet" in str(error.value)


@pytest.mark.parametrize("kind", [pa.string(), pa.bool_(), pa.list_(pa.float64())])
def test_a_column_that_holds_no_numbers_is_refused(kind: pa.DataType) -> None:
    schema = pa.schema([("no", pa.float64()), ("yes", kind)])
    with pytest.raises(UserError, match="in column 'yes'; write probabilities as num"):
        class_columns(schema, ["no", "yes"], [], "t")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((0.5, None), "row 12 from 0, column 'yes': None is no probability"),
        ((float("nan"), 0.5), "row 12 from 0, column 'no': nan is no probability"),
        ((1.1, -0.1), "column 'no': 1.1 is no probability"),
        ((0.9, -0.1), "column 'yes': -0.1 is no probability"),
        ((float("inf"), 0.0), "inf is no probability"),
        ((0.5, 0.4), "row 12 from 0: the columns 'no', 'yes' sum to 0.9 and not to 1"),
        ((0.0, 0.0), "sum to 0 and not to 1"),
    ],
)
def test_what_is_no_distribution_is_told_by_row_and_column(
    row: tuple[float | None, float | None], message: str
) -> None:
    no, yes = zip((0.5, 0.5), (1.0, 0.0), row, strict=True)
    table = pa.table({"no": pa.array(no), "yes": pa.array(yes)})
    with pytest.raises(UserError, match=message):
        read_probabilities(table, ("no", "yes"), "t", 10)


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64(), pa.int8()])
def test_any_numbers_will_do(kind: pa.DataType) -> None:
    values = np.array([0, 1, 0], np.float16)
    table = pa.table({"no": pa.array(values), "yes": pa.array(1 - values)})
    found = read_probabilities(
        table.cast(pa.schema([("no", kind), ("yes", kind)])), ("yes", "no"), "t", 0
    )
    assert found.tolist() == [[1, 0], [0, 1], [1, 0]]


def test_rounded_probabilities_pass() -> None:
    thirds = pa.table({name: pa.array([0.333]) for name in "abc"})
    assert read_probabilities(thirds, tuple("abc"), "t", 0).sum() > 1 - TOLERANCE


def test_other_columns_stay_as_they_are() -> None:
    table = pa.table(
        {"id": ["x"], "no": pa.array([0.5], pa.float32()), "k": [1], "yes": [0.5]},
        metadata={"who": "me"},
    )
    changed = with_probabilities(table, ("yes", "no"), np.array([[0.25, 0.75]]))
    assert changed.schema.equals(
        corrected_schema(table.schema, ("yes", "no")), check_metadata=True
    )
    assert changed.schema.metadata == {b"who": b"me"}
    assert changed.to_pylist() == [{"id": "x", "no": 0.75, "k": 1, "yes": 0.25}]
