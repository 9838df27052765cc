"""The effort follows the recall that is measured; without any, nothing is found."""

import re

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from tasks.algorithms import approximate
from tasks.algorithms.approximate import search
from tasks.algorithms.categories import Points


def normal(rows: int = 3_000, columns: int = 20, spread: float = 1.0) -> Points:
    points = np.random.default_rng(0).normal(scale=spread, size=(rows, columns))
    return Points(points, points)


def probed(method: str) -> int:
    found = re.search(r"(\d+) of \d+ lists", method)
    assert found
    return int(found[1])


def test_the_measured_recall_is_about_that_of_all_rows() -> None:
    points = normal()
    made = search(points, 6)
    assert made
    oracle = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(points.base)
    truth = oracle.kneighbors(return_distance=False)
    hits = [
        len({*one} & {*other}) for one, other in zip(made.found, truth, strict=True)
    ]
    assert np.mean(hits) / 5 == pytest.approx(made.recall, abs=0.01)
    assert made.found[:, 0].tolist() == list(range(len(truth)))


def test_neighbours_are_in_the_order_of_their_exact_distances() -> None:
    points = normal()
    made = search(points, 6)
    assert made
    gaps = points.base[made.found] - points.base[:, np.newaxis]
    assert (np.diff((gaps**2).sum(axis=2), axis=1) >= 0).all()


def test_points_in_clusters_ask_for_less_effort() -> None:
    random = np.random.default_rng(0)
    centres = 50 * random.normal(size=(64, 20))
    clustered = (
        random.normal(size=(4_000, 20)) + np.repeat(centres, 4_000 // 64 + 1, 0)[:4_000]
    )
    easy, hard = search(Points(clustered, clustered), 6), search(normal(4_000), 6)
    assert easy
    assert hard
    assert probed(easy.method) < probed(hard.method)


def test_codes_that_tell_nothing_apart_give_way_to_whole_vectors() -> None:
    """Sixteen steps a column are nothing to values over ten orders of magnitude."""
    points = np.exp(4 * np.random.default_rng(0).normal(size=(3_000, 8)))
    made = search(Points(points, points), 6)
    assert made
    assert "Flat" in made.method
    assert made.recall >= approximate.TARGET


def test_points_that_single_precision_merges_are_given_up() -> None:
    points = np.random.default_rng(0).normal(size=(3_000, 8))
    points[::2] += 1e12
    assert search(Points(points, points), 6) is None


def test_lists_with_fewer_points_than_neighbours_are_not_the_end() -> None:
    """Eight of 32 lists hold a quarter of the points, about."""
    points = normal(1_600)
    made = search(points, 900)
    assert made
    assert (made.found >= 0).all()
    assert all(len({*line}) == 900 for line in made.found.tolist())


def test_queries_may_stand_elsewhere_than_their_points() -> None:
    points = normal(columns=8)
    queries = points.base.copy()
    queries[:, -1] = 0
    made = search(Points(points.base, queries), 6)
    assert made
    oracle = NearestNeighbors(n_neighbors=6, algorithm="brute").fit(points.base)
    truth = oracle.kneighbors(queries, return_distance=False)
    hits = [
        len({*one} & {*other}) for one, other in zip(made.found, truth, strict=True)
    ]
    assert np.mean(hits) / 6 > 0.95


@pytest.mark.parametrize("size", [64, 1_000, 5_000])
def test_blocks_of_any_size_find_the_same(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search(normal(), 6)
    monkeypatch.setattr(approximate, "_BLOCK", size)
    parts = search(normal(), 6)
    assert whole
    assert parts
    assert np.array_equal(whole.found, parts.found)
