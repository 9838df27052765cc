"""Blocks come back in order, and native code keeps to the thread it is called on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from threadpoolctl import threadpool_info

from tasks.algorithms.blockwise import by_blocks, each


@given(st.integers(1, 50), st.integers(1, 60), st.sampled_from([None, 1, 7]))
def test_all_rows_come_back_in_order(rows: int, size: int, threads: int | None) -> None:
    everyone, out = np.arange(rows), np.empty(rows, np.int64)
    found = by_blocks(lambda part: everyone[part], out, size, threads)
    assert found is out
    assert np.array_equal(found, everyone)


def test_native_code_is_left_one_thread() -> None:
    before = _openmp_effective_n_threads()
    found = list(each(lambda _: _openmp_effective_n_threads(), range(4), 2))
    assert found == [1] * 4
    assert _openmp_effective_n_threads() == before


def test_no_library_shares_its_work_among_threads() -> None:
    """Its sums would be rounded otherwise, and of two ties the other be nearer."""
    for pools in each(lambda _: threadpool_info(), range(4), 2):
        assert [pool["num_threads"] for pool in pools] == [1] * len(pools)


def test_an_error_in_a_block_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        by_blocks(lambda part: np.array([1 // part.start]), np.empty(3, np.int64), 1)
