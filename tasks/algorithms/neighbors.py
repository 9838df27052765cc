"""The k nearest neighbours of each row, and what they vote for.

Exact, and the same for any number of threads and any block size. How rows become
points is in search_space.
"""

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from tasks.algorithms.search_space import SearchSpace

Positions = npt.NDArray[np.int64]

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
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415 - slow to import

    # Among ties, which ones scikit-learn finds depends on the number of threads, and on
    # its choice of a tree, for which imbalanced-learn counts the row itself.
    with threadpool_limits(1, "openmp"):
        model = NearestNeighbors(n_neighbors=k + 1).fit(space.numbers)
        found: Positions = model.kneighbors(n_neighbors=k, return_distance=False)
    return found


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
    found = np.empty((len(rows), k), np.int64)
    block = max(1, cells // len(space.numbers))
    for start in range(0, len(rows), block):
        part = rows[start : start + block]
        found[start : start + block] = _smallest(_distances(part, space), part, k)
    return found


def _distances(rows: Positions, space: SearchSpace) -> npt.NDArray[np.float64]:
    from scipy.spatial.distance import cdist  # noqa: PLC0415 - slow to import

    distances: npt.NDArray[np.float64]
    distances = cdist(space.numbers[rows], space.numbers, "sqeuclidean")
    differing = np.zeros(distances.shape, np.uint16)
    for codes in space.codes.values():
        differing += codes[rows, np.newaxis] != codes
    distances += space.weight**2 * differing
    return distances


def _smallest(distances: npt.NDArray[np.float64], rows: Positions, k: int) -> Positions:
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
