"""All points are compared, whatever the block, the number of columns or threads."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from tasks.algorithms import exact
from tasks.algorithms.arrays import Means
from tasks.algorithms.categories import Points

THERE = find_spec("sklearnex") is not None
WAYS = [False, True] if THERE else [False]


@given(st.integers(0, 2**32), st.integers(1, 20), st.sampled_from(WAYS), st.data())
def test_the_nearest_are_those_of_all_pairs(
    seed: int,
    columns: int,
    accelerate: bool,  # noqa: FBT001 - drawn
    data: st.DataObject,
) -> None:
    random = np.random.default_rng(seed)
    base = random.normal(size=(30, columns))
    queries = base + random.normal(size=base.shape)
    k = data.draw(st.integers(1, 30))
    means = Means(accelerate=accelerate)
    found = exact.search(Points(base, queries), k, means).found
    assert np.array_equal(found, np.argsort(cdist(queries, base), axis=1)[:, :k])


@pytest.mark.parametrize("accelerate", WAYS)
@pytest.mark.parametrize("columns", [exact.TREE, exact.TREE + 1])
@pytest.mark.parametrize("size", [1, 700, 10_000])
def test_blocks_of_any_size_and_threads_find_the_same(
    columns: int,
    size: int,
    accelerate: bool,  # noqa: FBT001 - a parameter of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = np.random.default_rng(0).normal(size=(1_500, columns))
    points, means = Points(base, base), Means(accelerate=accelerate)
    whole = exact.search(points, 6, means)
    monkeypatch.setattr(exact, "_BLOCK", size)
    for threads in (1, 2, 7):
        parts = exact.search(points, 6, means._replace(threads=threads))
        assert np.array_equal(parts.found, whole.found)
        assert parts[1:] == whole[1:]


@pytest.mark.skipif(not THERE, reason="scikit-learn-intelex is not installed")
def test_the_accelerated_library_does_what_a_tree_does_not() -> None:
    for columns in (exact.TREE, exact.TREE + 1):
        base = np.random.default_rng(0).normal(size=(200, columns))
        made = exact.search(Points(base, base), 6, Means(accelerate=True))
        assert (made.method == exact.ACCELERATED) == (columns > exact.TREE)
