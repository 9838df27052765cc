"""Equal rows are one point, and are found again as the rows they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms import duplicates
from tasks.algorithms.categories import Points
from tasks.algorithms.duplicates import distinct, spread
from tasks.algorithms.exact import search


@st.composite
def grids(draw: st.DrawFn) -> np.ndarray:
    """Points on a coarse grid, so that many are equal."""
    shape = draw(st.integers(1, 30)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    return random.integers(0, draw(st.integers(1, 4)), shape).astype(float)


@given(grids())
def test_points_are_numbered_as_they_first_occur(points: np.ndarray) -> None:
    seen: dict[tuple[float, ...], int] = {}
    for row in points.tolist():
        seen.setdefault(tuple(row), len(seen))
    once = distinct(points)
    assert once.point.tolist() == [seen[tuple(row)] for row in points.tolist()]
    assert points[once.first].tolist() == [list(row) for row in seen]


@given(grids(), st.integers(0, 3))
def test_points_of_one_hash_are_told_apart(points: np.ndarray, hashes: int) -> None:
    expected = distinct(points)
    with pytest.MonkeyPatch.context() as patch:
        coarse = np.arange(len(points), dtype=np.uint64) % np.uint64(hashes + 1)
        equal = coarse[expected.first][expected.point]  # equal points have one hash
        patch.setattr(duplicates, "_hashes", lambda _: equal)
        found = distinct(points)
    assert np.array_equal(found.first, expected.first)
    assert np.array_equal(found.point, expected.point)


def test_zero_has_no_sign() -> None:
    assert distinct(np.array([[0.0], [-0.0], [1.0]])).point.tolist() == [0, 0, 1]


@given(grids(), st.data())
def test_rows_are_as_near_as_if_all_had_been_searched(
    points: np.ndarray, data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, len(points)))
    once = distinct(points)
    base = points[once.first]
    near = search(Points(base, base), min(k, len(base))).found
    found = spread(near, once, k)
    assert found.shape == (len(points), k)
    assert all(len({*line}) == k for line in found.tolist())
    gaps = ((points[:, np.newaxis] - points) ** 2).sum(axis=2)
    reached = np.take_along_axis(gaps, found, axis=1)
    assert np.array_equal(reached, np.sort(gaps, axis=1)[:, :k])
