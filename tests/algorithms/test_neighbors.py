"""The search is exact and repeatable; the vote goes to the most frequent category."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTENC
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from tasks.algorithms.neighbors import Positions, majority, nearest, nearest_to
from tasks.algorithms.search_space import SearchSpace


@st.composite
def spaces(draw: st.DrawFn) -> SearchSpace:
    """Points on a coarse grid, so that ties and duplicates abound."""
    rows = draw(st.integers(2, 25))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    numbers = random.integers(0, 4, (rows, draw(st.integers(0, 3)))) / 2
    codes = {
        str(place): random.integers(0, 3, rows).astype(np.int32)
        for place in range(draw(st.integers(0, 3)))
    }
    return SearchSpace(numbers, codes, draw(st.sampled_from([0.5, 1.0, 3.0])))


def slow_distance(space: SearchSpace, one: int, other: int) -> float:
    gaps = space.numbers[one] - space.numbers[other]
    differing = sum(codes[one] != codes[other] for codes in space.codes.values())
    return float(sum(gaps**2) + space.weight**2 * differing)


def slow_nearest(space: SearchSpace, k: int) -> list[list[int]]:
    rows = range(len(space.numbers))
    return [
        sorted(
            (other for other in rows if other != row),
            key=lambda other: (slow_distance(space, row, other), other),
        )[:k]
        for row in rows
    ]


@settings(deadline=None)
@given(spaces(), st.data())
def test_blocks_of_any_size_find_what_brute_force_finds(
    space: SearchSpace, data: st.DataObject
) -> None:
    size = len(space.numbers)
    k = data.draw(st.integers(1, size - 1))
    cells = data.draw(st.integers(1, size**2))
    found = nearest_to(np.arange(size), space, k, cells=cells)
    assert found.tolist() == slow_nearest(space, k)


@settings(deadline=None)
@given(spaces(), st.data())
def test_some_rows_find_what_all_rows_find(
    space: SearchSpace, data: st.DataObject
) -> None:
    size = len(space.numbers)
    rows = np.array(data.draw(st.lists(st.integers(0, size - 1), min_size=1)))
    whole = nearest_to(np.arange(size), space, 1)
    assert np.array_equal(nearest_to(rows, space, 1), whole[rows])


@settings(deadline=None)
@given(spaces(), st.data())
def test_no_row_is_its_own_neighbour(space: SearchSpace, data: st.DataObject) -> None:
    size = len(space.numbers)
    if space.codes or space.numbers.shape[1]:
        k = data.draw(st.integers(1, size - 1))
        found = nearest(space, k)
        assert found.shape == (size, k)
        assert not (found == np.arange(size)[:, np.newaxis]).any()
        assert all(len({*line}) == k for line in found.tolist())


@given(st.integers(0, 2**32), st.integers(2, 20), st.integers(7, 60))
@settings(deadline=None, max_examples=30)
def test_numbers_alone_are_searched_by_scikit_learn(
    seed: int, width: int, rows: int
) -> None:
    points = np.random.default_rng(seed).normal(size=(rows, width))
    oracle = NearestNeighbors(n_neighbors=6).fit(points)
    expected = oracle.kneighbors(points, return_distance=False)[:, 1:]
    space = SearchSpace(points, {}, 1.0)
    assert np.array_equal(nearest(space, 5), expected)
    assert np.array_equal(nearest_to(np.arange(rows), space, 5), expected)


def test_mixed_distances_are_those_of_smotenc() -> None:
    random = np.random.default_rng(3)
    numbers = random.normal(size=(80, 3)) * [1, 5, 20]
    codes = random.integers(0, 4, (80, 2))
    labels = np.repeat([0, 1], [50, 30])
    oracle = SMOTENC([3, 4], random_state=0)
    oracle.fit_resample(np.hstack([numbers, codes]), labels)
    minority = labels == 1
    expected, _ = oracle.nn_k_.kneighbors(n_neighbors=5)
    deviation = float(np.median(numbers[minority].std(axis=0)))
    columns = dict(zip("ab", codes[minority].astype(np.int32).T, strict=True))
    space = SearchSpace(numbers[minority], columns, deviation)
    found = [
        [slow_distance(space, row, other) ** 0.5 for other in line]
        for row, line in enumerate(nearest(space, 5).tolist())
    ]
    assert np.array(found) == pytest.approx(expected)


@pytest.mark.parametrize("rows", [900, 1300])
def test_threads_do_not_decide_ties(rows: int) -> None:
    points = np.random.default_rng(0).integers(0, 2, (rows, 20)).astype(float)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(nearest(SearchSpace(points, {}, 1.0), 5))
    assert found[0].tolist() == found[1].tolist()


def slow_vote(codes: list[int], row: int, around: list[int]) -> int:
    votes = Counter(codes[other] for other in around)
    best = {code for code, count in votes.items() if count == max(votes.values())}
    if codes[row] in best:
        return codes[row]
    return next(codes[other] for other in around if codes[other] in best)


@given(st.data())
def test_the_majority_wins_then_the_row_then_the_nearest(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 12))
    codes = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    rows = data.draw(st.lists(st.integers(0, size - 1), min_size=1))
    k = data.draw(st.integers(1, size - 1))
    around: list[list[int]] = [
        data.draw(st.permutations([*{*range(size)} - {row}]))[:k] for row in rows
    ]
    winners: Positions = majority(
        np.array(codes, np.int32), np.array(rows), np.array(around)
    )
    expected = [
        slow_vote(codes, row, line) for row, line in zip(rows, around, strict=True)
    ]
    assert [codes[winner] for winner in winners] == expected
