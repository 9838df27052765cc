"""Distances are those of the definition; the nearest candidates are in one order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.distances import closest, distances, smallest
from tasks.algorithms.search_space import SearchSpace


@given(st.integers(0, 2**32), st.integers(0, 3), st.integers(0, 2))
def test_a_distance_is_of_numbers_and_of_differing_categories(
    seed: int, numbers: int, categories: int
) -> None:
    random = np.random.default_rng(seed)
    codes = {
        str(at): random.integers(0, 3, 6).astype(np.int32) for at in range(categories)
    }
    space = SearchSpace(random.normal(size=(6, numbers)), codes, 0.5)
    rows = np.arange(6)
    found = distances(space, rows[:, np.newaxis], rows)
    for one in rows:
        for other in rows:
            gaps = space.numbers[one] - space.numbers[other]
            differing = sum(int(c[one] != c[other]) for c in codes.values())
            assert abs(found[one, other] - gaps @ gaps - differing / 4) < 1e-12


@given(st.data())
def test_the_closest_come_first_and_ties_fall_to_the_smaller(
    data: st.DataObject,
) -> None:
    values = data.draw(st.lists(st.integers(0, 4), min_size=3, max_size=12))
    space = SearchSpace(np.array(values, float)[:, np.newaxis], {}, 1.0)
    places = st.integers(0, len(values) - 1)
    row = data.draw(places)
    others = data.draw(st.lists(places, min_size=1).map(lambda some: [*some, row]))
    apart = {*others} - {row}
    if apart:
        k = data.draw(st.integers(1, len(apart)))
        found = closest(space, np.array([row]), np.array([others]), k)
        expected = sorted(apart, key=lambda at: (abs(values[at] - values[row]), at))
        assert found.tolist() == [expected[:k]]


def test_the_smallest_are_taken_away() -> None:
    values = np.array([[3.0, 1.0, 2.0, 1.0]])
    assert smallest(values, 3).tolist() == [[1, 3, 2]]
    assert values.tolist() == [[3.0, np.inf, np.inf, np.inf]]
