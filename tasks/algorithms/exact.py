"""The nearest points, by comparing all (scikit-learn, or Intel's extension of it).

What a point is: categories. Whether the extension may be used: tasks/acceleration.
"""

from typing import NamedTuple

import numpy as np

from tasks.algorithms import accelerated
from tasks.algorithms.arrays import USUAL, Means
from tasks.algorithms.blockwise import by_blocks
from tasks.algorithms.categories import Points
from tasks.algorithms.distances import Positions

METHOD = "scikit-learn, exact, in blocks of 4,096 rows"
ACCELERATED = "scikit-learn-intelex, exact, in blocks of 4,096 rows"
TREE = 6
"""Columns up to which a k-d tree wins: at 200,000 normal rows a tree takes 14 s of CPU
time in 6 columns and 51 s in 8, all pairs 87 and 89 s; at 50,000 rows in 8 columns 6.8
s against 5.6 s, and in 15 columns 44 s against 6.5 s."""
_BLOCK = 4_096  # rows: a multiple of the 256 that scikit-learn takes at once
_TIED = 0.25  # share of queries to be searched twice from which on nothing is gained


class Neighbours(NamedTuple):
    """What was found, how, and how well."""

    found: Positions
    """Shape (rows, k), nearest first."""
    method: str
    recall: float
    """Share of the k nearest that were found, on a sample; 1 where all are."""


def search(points: Points, k: int, means: Means = USUAL) -> Neighbours:
    """Find the k nearest base points of every query, itself included.

    Args:
        points: The points.
        k: 1 <= k <= base points.
        means: The accelerated library is used where all pairs are compared, unless
            many queries have ties: 50,000 normal rows of 20 columns take 5.0 s of CPU
            time instead of 7.0.

    Returns:
        Shape (queries, k), nearest first; recall 1. Which of several equally near
        points are found depends on the method, and on nothing else but the points.
    """
    found = means.empty((len(points.queries), k), np.int64)
    few = points.base.shape[1] <= TREE
    if means.accelerate and not few and _accelerated(points, found, means):
        return Neighbours(found, ACCELERATED, 1.0)
    return Neighbours(_compared(points, found, means), METHOD, 1.0)


def _compared(points: Points, found: Positions, means: Means) -> Positions:
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415 - slow to import

    few = points.base.shape[1] <= TREE
    algorithm = "auto" if few else "brute"  # auto: a tree, unless k is half of all
    model = NearestNeighbors(n_neighbors=found.shape[1], algorithm=algorithm)
    model.fit(points.base)

    def work(part: slice) -> Positions:
        near: Positions = model.kneighbors(points.queries[part], return_distance=False)
        return near

    return by_blocks(work, found, _BLOCK, means.threads)


def _accelerated(points: Points, found: Positions, means: Means) -> bool:
    """Fill in what the accelerated library finds, unless ties make it not worth it."""
    search = accelerated.Search(points, found.shape[1])
    tied = np.zeros(len(found), bool)

    def work(part: slice) -> Positions:
        near, tied[part] = search.decide(part)
        return near

    by_blocks(work, found[:_BLOCK], _BLOCK, 1)  # it has threads of its own
    if tied[:_BLOCK].mean() > _TIED:
        return False
    by_blocks(work, found, _BLOCK, 1)
    rest = Points(points.base, points.queries[tied])
    if len(rest.queries):
        near = np.empty((len(rest.queries), found.shape[1]), np.int64)
        found[tied] = _compared(rest, near, means)
    return True
