"""The k nearest neighbours of each row, and what they vote for.

Exact, and the same for any number of threads and any block size. How rows become
points is in search_space.
"""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing import cpu_count

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from tasks.algorithms.search_space import SearchSpace

Positions = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BLOCK = 4_096  # rows: a multiple of the 256 that scikit-learn takes at once
_CELLS = 2**20  # distances held at once: 8 MB, about a cache


def nearest(space: SearchSpace, k: int) -> Positions:
    """Find the k nearest others of every row.

    Args:
        space: Two rows or more.
        k: Neighbours of each row, 1 <= k < rows.

    Returns:
        int64 of shape (rows, k), nearest first; never the row itself, even where it
        has duplicates.
    """
    if space.codes:
        return nearest_to(np.arange(len(space.numbers)), space, k)
    return _by_distance(space.numbers, k)


def _by_distance(points: Floats, k: int) -> Positions:
    """Search with scikit-learn, block by block, whose size no thread changes."""
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415 - slow to import

    model = NearestNeighbors(n_neighbors=k + 1).fit(points)

    def search(start: int) -> Positions:
        block = points[start : start + _BLOCK]
        found = model.kneighbors(block, return_distance=False)
        return _without_self(found, start)

    # Which of several ties scikit-learn finds depends on its own number of threads, and
    # on its choice of a tree, for which imbalanced-learn counts the row itself.
    with threadpool_limits(1, "openmp"), ThreadPoolExecutor(cpu_count()) as pool:
        return np.concatenate(list(pool.map(search, range(0, len(points), _BLOCK))))


def _without_self(found: Positions, start: int) -> Positions:
    """Drop each row from its own neighbours, or the first of more duplicates than k."""
    rows = np.arange(start, start + len(found))
    others = found != rows[:, np.newaxis]
    others[others.all(axis=1), 0] = False
    kept: Positions = found[others].reshape(len(found), -1)
    return kept


def nearest_to(
    rows: Positions, space: SearchSpace, k: int, *, cells: int = _CELLS
) -> Positions:
    """Find the k nearest others of some rows by looking at all of them.

    The squared distance of two rows is that of their numbers plus the squared weight
    for each category in which they differ. That is the distance of imbalanced-learn's
    SMOTENC, whose one-hot pair of entries weighs half as much each.

    Args:
        rows: Shape (m,), positions in 0..rows - 1.
        space: Two rows or more.
        k: Neighbours of each row, 1 <= k < rows.
        cells: Distances held in memory at once, at least; a block is a row or more.

    Returns:
        int64 of shape (m, k), nearest first, the smaller position first among ties.
    """
    block = max(1, cells // len(space.numbers))

    def search(start: int) -> Positions:
        part = rows[start : start + block]
        return _smallest(_distances(part, space), part, k)

    with ThreadPoolExecutor(cpu_count()) as pool:
        return np.concatenate(list(pool.map(search, range(0, len(rows), block))))


def _distances(rows: Positions, space: SearchSpace) -> Floats:
    from scipy.spatial.distance import cdist  # noqa: PLC0415 - slow to import

    distances: Floats
    distances = cdist(space.numbers[rows], space.numbers, "sqeuclidean")
    differing = np.zeros(distances.shape, np.uint16)
    for codes in space.codes.values():
        differing += codes[rows, np.newaxis] != codes
    distances += space.weight**2 * differing
    return distances


def _smallest(distances: Floats, rows: Positions, k: int) -> Positions:
    """Take the first minimum k times: ties fall to the smaller position."""
    lines = np.arange(len(rows))
    distances[lines, rows] = np.inf
    found = np.empty((len(rows), k), np.int64)
    for place in range(k):
        found[:, place] = distances.argmin(axis=1)
        distances[lines, found[:, place]] = np.inf
    return found


def majority(
    codes: npt.NDArray[np.int32], rows: Positions, neighbours: Positions
) -> Positions:
    """Let the neighbours of some rows vote on a category.

    Args:
        codes: Shape (n,), the category of every row.
        rows: Shape (m,), the rows that are voted for.
        neighbours: Shape (m, k), nearest first.

    Returns:
        int64 of shape (m,): a row that has the most frequent category. Among ties that
        is the row itself, if it has one of them, else its nearest neighbour that has.

    >>> codes = np.array([7, 8, 8, 9], np.int32)
    >>> majority(codes, np.array([0, 3]), np.array([[1, 2, 3], [0, 1, 3]])).tolist()
    [1, 3]
    """
    ballots = codes[neighbours]
    votes = np.zeros(ballots.shape, np.int64)
    for ballot in ballots.T:
        votes += ballots == ballot[:, np.newaxis]
    own = (ballots == codes[rows, np.newaxis]).sum(axis=1)
    winners = neighbours[np.arange(len(rows)), votes.argmax(axis=1)]
    return np.where(own == votes.max(axis=1), rows, winners)
