"""Columns are alike if every bit is, however they are chunked or encoded."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.likeness import differing
from tests.storage.tables import COLUMNS, array, tables


@given(tables(min_rows=1))
def test_a_column_is_like_itself(table: pa.Table) -> None:
    halves = table.num_rows // 2
    chunked = pa.concat_tables([table.slice(0, halves), table.slice(halves)])
    for name in table.column_names:
        assert not differing(table.column(name), chunked.column(name)).any()


@pytest.mark.parametrize("kind", COLUMNS, ids=str)
def test_a_null_is_like_a_null_alone(kind: pa.DataType) -> None:
    left = pa.chunked_array([array([None, None], kind)])
    values = {pa.bool_(): False, pa.string(): "low", pa.int64(): 0}
    if kind in values:
        right = pa.chunked_array([array([None, values[kind]], kind)])
        assert differing(left, right).tolist() == [False, True]
    assert not differing(left, left).any()


@pytest.mark.parametrize("width", [16, 32, 64])
def test_floats_are_compared_by_their_bits(width: int) -> None:
    kind = {16: np.float16, 32: np.float32, 64: np.float64}[width]
    left = pa.chunked_array([np.array([0.0, math.nan, 1.5, 1.0], kind)])
    right = pa.chunked_array([np.array([-0.0, math.nan, 1.5, 2.0], kind)])
    assert differing(left, right).tolist() == [True, False, False, True]


@given(st.lists(st.sampled_from("abc"), min_size=1))
def test_levels_may_be_in_any_order(words: list[str]) -> None:
    kind = pa.dictionary(pa.int8(), pa.string())
    other = pa.DictionaryArray.from_arrays(
        pa.array(["cba".index(word) for word in words], pa.int8()), list("cba")
    )
    left = pa.chunked_array([pa.array(words, kind)])
    assert not differing(left, pa.chunked_array([other])).any()
