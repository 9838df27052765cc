"""Rows become finite points; what is missing or constant sets nothing apart."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.algorithms import arrays
from tasks.algorithms.search_space import BUDGET, blocks, search_space
from tests.algorithms.mixed import NESTED, Donors, donors, roles


def numbers(*, standardize: bool = False, **values: object) -> np.ndarray:
    table = pa.table(values)
    space = search_space(table, roles(table.schema), standardize=standardize)
    return space.numbers


@settings(deadline=None, max_examples=50)
@given(donors())
def test_every_point_is_finite(made: Donors) -> None:
    for standardize in (True, False):
        space = search_space(*made, standardize=standardize)
        assert np.isfinite(space.numbers).all()
        assert np.isfinite(space.numbers.std(axis=0)).all()
        assert space.weight > 0


@settings(deadline=None, max_examples=50)
@given(donors())
def test_standardised_columns_have_deviation_one_or_nothing(made: Donors) -> None:
    space = search_space(*made, standardize=True)
    deviations = space.numbers.std(axis=0)
    constant = (space.numbers == 0).all(axis=0)
    assert constant == pytest.approx(np.ptp(space.numbers, axis=0) == 0)
    assert deviations[~constant] == pytest.approx(1)
    assert space.numbers.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert space.weight == 1


@settings(deadline=None, max_examples=50)
@given(donors())
def test_codes_are_equal_where_values_are(made: Donors) -> None:
    table, columns = made
    for name, codes in search_space(table, columns, standardize=True).codes.items():
        values = table.column(name).to_pylist()
        assert len({*zip(values, codes.tolist(), strict=True)}) == len({*values})
        assert len({*codes.tolist()}) == len({*values})


@settings(deadline=None, max_examples=50)
@given(donors())
def test_chunks_do_not_matter(made: Donors) -> None:
    table, columns = made
    halves = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    whole = search_space(table, columns, standardize=True)
    parts = search_space(halves, columns, standardize=True)
    assert np.array_equal(whole.numbers, parts.numbers)
    assert all(np.array_equal(whole.codes[n], parts.codes[n]) for n in whole.codes)


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 4))
def test_scales_are_those_of_numpy_to_the_last_bit(
    seed: int, rows: int, width: int
) -> None:
    """In blocks and in place, and still what imbalanced-learn is compared with."""
    points = np.random.default_rng(seed).normal(3, 2, (rows, width))
    table = pa.table(list(points.T), [f"x{place}" for place in range(width)])
    columns = roles(table.schema)
    deviations = points.std(axis=0)
    flat = (deviations == 0) | (np.ptp(points, axis=0) == 0)
    expected = (points - points.mean(axis=0)) / np.where(flat, np.inf, deviations)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "BLOCK", 50)
        found = search_space(table, columns, standardize=True)
        raw = search_space(table, columns, standardize=False)
    assert found.numbers.tobytes() == expected.tobytes()
    assert raw.numbers.tobytes() == points.tobytes()
    assert raw.weight == (float(np.median(deviations)) or 1.0)


def test_points_beyond_the_budget_are_cut_into_blocks() -> None:
    columns = roles(pa.schema({"x": pa.int8(), "c": pa.string(), "l": NESTED}))
    most = BUDGET // (16 + 16 * 3)
    assert blocks(most, columns, 3) == 0
    assert blocks(most + 1, columns, 3) == -(-(most + 1) * 16 // arrays.BLOCK)
    assert blocks(10 * most, (), 3) > 0


def test_only_features_take_part() -> None:
    table = pa.table({"k": [1, 2], "y": [3, 4], "i": [5, 6], "x": [7, 8], "c": "ab"})
    columns = roles(table.schema, k="key", y="target", i="ignore")
    space = search_space(table, columns, standardize=False)
    assert space.numbers.tolist() == [[7], [8]]
    assert list(space.codes) == ["c"]


def test_missing_numbers_become_the_median() -> None:
    inf = float("inf")
    made = numbers(x=[1.0, None, 9.0, float("nan"), 2.0, inf, -inf])
    assert made[:, 0].tolist() == [1, 2, 9, 2, 2, 2, 2]
    assert numbers(x=pa.array([None, 4, 6])).tolist() == [[5], [4], [6]]


def test_a_column_without_values_becomes_zero() -> None:
    assert numbers(x=pa.nulls(2, pa.float32())).tolist() == [[0], [0]]


def test_every_numeric_type_is_read() -> None:
    day = dt.date(1970, 1, 3)
    made = numbers(
        half=pa.array(np.array([1.5], np.float16)),
        large=pa.array([2**64 - 1], pa.uint64()),
        money=pa.array([Decimal("1.25")]),
        day=pa.array([day], pa.date64()),
        moment=pa.array([7]).cast(pa.timestamp("ns", "UTC")),
        clock=pa.array([dt.time(0, 1)], pa.time32("s")),
        length=pa.array([3], pa.duration("s")),
    )
    assert made.tolist() == [[1.5, 2.0**64, 1.25, 2, 7, 60, 3]]


def test_a_constant_with_a_rounding_error_is_constant() -> None:
    column = [0.1] * 3
    assert np.std(column) > 0
    assert not numbers(x=column, standardize=True).any()


def test_a_spread_that_underflows_is_none() -> None:
    assert not numbers(x=[1e-200, 2e-200], standardize=True).any()


def test_numbers_that_overflow_still_tell_rows_apart() -> None:
    largest = float(np.finfo(np.float64).max)
    made = numbers(x=[-largest, 0.0, largest], standardize=True)
    assert made[:, 0] == pytest.approx([-(1.5**0.5), 0, 1.5**0.5])


def test_a_category_weighs_the_median_deviation() -> None:
    def weight(**values: object) -> float:
        table = pa.table(values)
        return search_space(table, roles(table.schema), standardize=False).weight

    wide, narrow, flat = [0, 20], [0, 4], [1, 1]
    assert weight(a=wide, b=narrow, c=narrow) == 2
    assert weight(a=wide, b=narrow) == 6
    assert weight(a=wide, b=flat, c=flat) == 1
    assert weight(a=["x", "y"]) == 1


def test_a_dictionary_may_hold_a_level_twice_or_null() -> None:
    levels = pa.array(["a", "a", None, "b"])
    values = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, None, 3]), levels)
    table = pa.table({"c": values})
    space = search_space(table, roles(table.schema), standardize=True)
    assert space.codes["c"].tolist() == [0, 0, 1, 1, 2]
