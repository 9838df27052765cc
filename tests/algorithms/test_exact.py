"""All points are compared, whatever the block, the number of columns or threads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from tasks.algorithms import exact
from tasks.algorithms.categories import Points


@given(st.integers(0, 2**32), st.integers(1, 20), st.data())
def test_the_nearest_are_those_of_all_pairs(
    seed: int, columns: int, data: st.DataObject
) -> None:
    random = np.random.default_rng(seed)
    base = random.normal(size=(30, columns))
    queries = base + random.normal(size=base.shape)
    k = data.draw(st.integers(1, 30))
    found = exact.search(Points(base, queries), k)
    assert np.array_equal(found, np.argsort(cdist(queries, base), axis=1)[:, :k])


@pytest.mark.parametrize("columns", [exact.TREE, exact.TREE + 1])
@pytest.mark.parametrize("size", [1, 700, 10_000])
def test_blocks_of_any_size_find_the_same(
    columns: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = np.random.default_rng(0).normal(size=(1_500, columns))
    whole = exact.search(Points(base, base), 6)
    monkeypatch.setattr(exact, "_BLOCK", size)
    assert np.array_equal(exact.search(Points(base, base), 6, threads=2), whole)
