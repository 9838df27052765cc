"""Moments of every type keep their order as numbers."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.moments import in_order, is_moment

MOMENTS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.int8(): st.integers(-(2**7), 2**7 - 1),
    pa.int64(): st.integers(-(2**63) + 1, 2**63 - 1),
    pa.uint64(): st.integers(1, 2**64 - 1),
    pa.float32(): st.floats(width=32, allow_nan=False),
    pa.float64(): st.floats(allow_nan=False),
    pa.date32(): st.dates(),
    pa.date64(): st.dates(),
    pa.timestamp("s"): st.datetimes().map(lambda at: at.replace(microsecond=0)),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(dt.UTC)),
}


@pytest.mark.parametrize("kind", MOMENTS, ids=str)
@given(data=st.data())
def test_later_moments_have_larger_numbers(
    kind: pa.DataType, data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.none() | MOMENTS[kind], min_size=1, max_size=30))
    place = data.draw(st.integers(0, len(values)))
    numbers = in_order(pa.chunked_array([values[:place], values[place:]], kind))
    assert is_moment(kind)
    assert numbers.dtype == np.uint64
    told = [(n, v) for n, v in zip(numbers, values, strict=True) if v is not None]
    assert all(number > 0 for number, _ in told)
    assert not numbers[[value is None for value in values]].any()
    for number, value in told:
        for other, then in told:
            assert (number < other) == (value < then)
            assert (number == other) == (value == then)


def test_what_is_not_a_number_is_missing() -> None:
    numbers = in_order(pa.chunked_array([[math.nan, -math.inf, -math.nan]]))
    assert (numbers > 0).tolist() == [False, True, False]


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.bool_(), pa.time64("us"), pa.decimal128(9, 2), pa.float16()],
    ids=str,
)
def test_some_types_date_no_row(kind: pa.DataType) -> None:
    assert not is_moment(kind)
