"""Rows that share a rare level find each other, and no one else."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms import rare_levels
from tasks.algorithms.arrays import Means
from tasks.algorithms.neighbors import Sizes, nearest
from tasks.algorithms.rare_levels import blocks
from tasks.algorithms.search_space import SearchSpace


@given(st.lists(st.integers(0, 6), min_size=1), st.integers(0, 5))
def test_every_rare_level_of_two_rows_or_more_is_a_line(
    values: list[int], rare: int
) -> None:
    codes = np.unique(np.array(values), return_inverse=True)[1].astype(np.int32)
    lines = [line for block in blocks(codes, rare) for line in block.tolist()]
    assert all(line == sorted(line) for line in lines)
    expected = {
        level: count
        for level, count in Counter(codes.tolist()).items()
        if 2 <= count <= rare
    }
    assert {int(codes[line[0]]): len(line) for line in lines} == expected
    assert all(len({*codes[line].tolist()}) == 1 for line in lines)


@pytest.mark.parametrize("cells", [1, 50, 2**12])
def test_pairs_compared_at_once_change_nothing(
    cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    codes = {name: random.integers(0, 30, 400).astype(np.int32) for name in "ab"}
    space = SearchSpace(random.normal(size=(400, 2)), codes, 2.0)
    sizes = Sizes(rare=100)
    whole = nearest(space, 5, sizes=sizes).found
    monkeypatch.setattr(rare_levels, "_CELLS", cells)
    found = nearest(space, 5, sizes=sizes, means=Means(threads=3)).found
    assert np.array_equal(found, whole)
