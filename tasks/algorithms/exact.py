"""The nearest points, by comparing all (scikit-learn). What a point is: categories."""

from typing import NamedTuple

import numpy as np

from tasks.algorithms.arrays import Empty, in_memory
from tasks.algorithms.blockwise import by_blocks
from tasks.algorithms.categories import Points
from tasks.algorithms.distances import Positions

METHOD = "scikit-learn, exact, in blocks of 4,096 rows"
TREE = 6
"""Columns up to which a k-d tree wins: at 200,000 normal rows a tree takes 14 s of CPU
time in 6 columns and 51 s in 8, all pairs 87 and 89 s; at 50,000 rows in 8 columns 6.8
s against 5.6 s, and in 15 columns 44 s against 6.5 s."""
_BLOCK = 4_096  # rows: a multiple of the 256 that scikit-learn takes at once


class Neighbours(NamedTuple):
    """What was found, how, and how well."""

    found: Positions
    """Shape (rows, k), nearest first."""
    method: str
    recall: float
    """Share of the k nearest that were found, on a sample; 1 where all are."""


def search(
    points: Points, k: int, threads: int | None = None, empty: Empty = in_memory
) -> Positions:
    """Find the k nearest base points of every query, itself included.

    Args:
        points: The points.
        k: 1 <= k <= base points.
        threads: As many as cores when not given; they do not change what is found.
        empty: Makes the array of what is found.

    Returns:
        Shape (queries, k), nearest first.
    """
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415 - slow to import

    few = points.base.shape[1] <= TREE
    algorithm = "auto" if few else "brute"  # auto: a tree, unless k is half of all
    model = NearestNeighbors(n_neighbors=k, algorithm=algorithm).fit(points.base)

    def work(part: slice) -> Positions:
        found: Positions = model.kneighbors(points.queries[part], return_distance=False)
        return found

    found = empty((len(points.queries), k), np.int64)
    return by_blocks(work, found, _BLOCK, threads)
