"""Blocks cover all rows once; no block's size and no allocator shows in a result."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms import arrays
from tasks.algorithms.arrays import block_rows, in_memory, one_chunk, slices


@given(st.integers(0, 2_000), st.integers(0, 100_000))
def test_blocks_cover_all_rows_in_order(rows: int, width: int) -> None:
    parts = list(slices(rows, width))
    assert [row for part in parts for row in range(rows)[part]] == list(range(rows))
    assert all(part.stop <= rows for part in parts)
    assert len(parts) == -(-rows // block_rows(width))


@pytest.mark.parametrize("width", [0, 1, 20, 10**9])
def test_a_block_has_a_row_and_no_more_bytes_than_told(width: int) -> None:
    rows = block_rows(width)
    assert rows == 1 or 8 * width * rows <= arrays.BLOCK


def test_an_array_in_memory_is_as_asked_for() -> None:
    made = in_memory((3, 2), np.float32)
    assert made.shape == (3, 2)
    assert made.dtype == np.float32


def test_a_column_in_one_piece_is_not_copied() -> None:
    whole, cut = pa.chunked_array([[1, 2]]), pa.chunked_array([[1], [2]])
    assert one_chunk(whole).buffers()[1].address == whole.chunk(0).buffers()[1].address
    assert one_chunk(cut) == one_chunk(whole) == pa.array([1, 2])
