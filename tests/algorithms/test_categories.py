"""Numbers alone find who shares no rare level: distances differ by a constant."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.categories import embed
from tasks.algorithms.distances import distances
from tasks.algorithms.search_space import SearchSpace


def gapless(values: np.ndarray) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1].astype(np.int32)


@given(st.integers(0, 2**32), st.integers(0, 6), st.integers(0, 3))
def test_who_shares_no_rare_level_is_as_far_up_to_a_constant(
    seed: int, rare: int, columns: int
) -> None:
    random = np.random.default_rng(seed)
    codes = {str(place): gapless(random.integers(0, 5, 20)) for place in range(columns)}
    space = SearchSpace(random.normal(size=(20, 2)), codes, 1.5)
    points = embed(space, rare)
    rows = np.arange(20)
    true = distances(space, rows[:, np.newaxis], rows)
    found = ((points.queries[:, np.newaxis] - points.base) ** 2).sum(axis=2)
    few = [np.bincount(levels)[levels] <= rare for levels in codes.values()]
    for row in rows:
        shared = np.zeros(20, np.bool_)
        for levels, seldom in zip(codes.values(), few, strict=True):
            shared |= (levels == levels[row]) & seldom[row]
        less = true[row] - found[row]
        constant = less[~shared]
        assert np.ptp(constant) < 1e-9 if constant.size else True
        assert (less[shared] <= constant.max(initial=np.inf) + 1e-9).all()


def test_without_rare_levels_queries_are_the_points() -> None:
    space = SearchSpace(np.zeros((4, 1)), {"c": np.array([0, 0, 1, 1], np.int32)}, 1.0)
    points = embed(space, 1)
    assert points.queries is points.base
    assert embed(space, 2).base.shape == (4, 1)


def test_without_any_coordinate_all_rows_are_one_point() -> None:
    space = SearchSpace(np.empty((3, 0)), {"c": np.arange(3, dtype=np.int32)}, 1.0)
    assert embed(space, 1).base.tolist() == [[0]] * 3
