"""The k nearest neighbours of each row of a class, and what they vote for.

How rows become points is in search_space and categories; how points are searched, in
exact and approximate.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.algorithms import approximate, exact
from tasks.algorithms.arrays import USUAL, Means, slices
from tasks.algorithms.blockwise import by_blocks
from tasks.algorithms.categories import Points, embed
from tasks.algorithms.distances import Positions, closest
from tasks.algorithms.duplicates import chosen, distinct, spread
from tasks.algorithms.exact import Neighbours
from tasks.algorithms.rare_levels import add_rare
from tasks.algorithms.search_space import SearchSpace

Marks = npt.NDArray[np.bool_]

_CELLS = 2**17  # numbers held at once by a thread: 1 MB, about a cache


class Sizes(NamedTuple):
    """From where on another way to search is taken."""

    exact: int = 50_000
    """Distinct points up to which all pairs are compared. Columns that a tree can
    search are searched exactly however many points there are. Of 20 normal columns,
    the hardest case, 50,000 rows take 7 s of CPU time, all pairs of 200,000 take 116 s
    and of a million 2,800 s, against 15 s and 114 s at a recall of .98."""
    rare: int = 2_000
    """Rows up to which a level is rare, or the share below if that is more."""
    share: int = 16
    """One in how many rows."""


SIZES = Sizes()


def nearest(
    space: SearchSpace,
    k: int,
    *,
    sizes: Sizes = SIZES,
    means: Means = USUAL,
) -> Neighbours:
    """Find the k nearest others of every row.

    Args:
        space: Two rows or more.
        k: Neighbours of each row, 1 <= k < rows.
        sizes: Where to change the way to search.
        means: Threads, arrays, and whether to accelerate.

    Returns:
        The neighbours; never the row itself, even where it has duplicates. The recall
        is that of the search by numbers and common levels: who shares a rare level is
        always found.
    """
    rare = max(sizes.rare, len(space.numbers) // sizes.share)
    embedded = embed(space, rare, means.empty)
    points, method, recall = _by_points(embedded, k + 1, sizes, means)
    found = means.empty((len(points), k), np.int64)
    if not space.codes:
        return Neighbours(_without_self(points, found), method, recall)
    size = max(1, _CELLS // ((k + 1) * (1 + space.numbers.shape[1])))
    by_blocks(
        lambda part: closest(space, np.arange(part.start, part.stop), points[part], k),
        found,
        size,
        means.threads,
    )
    for codes in space.codes.values():
        add_rare(space, codes, found, rare, means.threads)
    return Neighbours(found, method, recall)


def _by_points(points: Points, k: int, sizes: Sizes, means: Means) -> Neighbours:
    """Search among distinct points: exactly if they are few or their columns are."""
    once = distinct(points.base)
    if len(once.first) < len(points.base):
        base = chosen(points.base, once.first, means.empty)
        same = points.queries is points.base
        queries = base if same else chosen(points.queries, once.first, means.empty)
        points = Points(base, queries)
    count, columns = points.base.shape
    wanted = min(k, count)
    if count > sizes.exact and columns > exact.TREE:
        roughly = approximate.search(points, wanted, means)
        if roughly:
            found = spread(roughly.found, once, k, means.empty)
            return Neighbours(found, *roughly[1:])
    exactly = exact.search(points, wanted, means)
    return Neighbours(spread(exactly.found, once, k, means.empty), *exactly[1:])


def _without_self(found: Positions, out: Positions) -> Positions:
    """Drop each row from its own neighbours, or the last where it was not found."""
    for part in slices(*found.shape):
        near = found[part]
        others = near != np.arange(part.start, part.stop)[:, np.newaxis]
        others[others.all(axis=1), -1] = False
        out[part] = near[others].reshape(len(near), -1)
    return out


def majority(codes: npt.NDArray[np.int32], neighbours: Positions) -> Marks:
    """Let the neighbours of some rows vote on a category.

    Args:
        codes: Shape (n,), the category of every row.
        neighbours: Shape (m, k), those of the rows that are voted for.

    Returns:
        Shape (m, k): which of them have a category that no other beats in votes.

    >>> codes = np.array([7, 8, 8, 9], np.int32)
    >>> majority(codes, np.array([[1, 2, 3], [0, 1, 3]])).tolist()
    [[True, True, False], [True, True, True]]
    """
    ballots = codes[neighbours]
    votes = np.zeros(ballots.shape, np.int64)
    for ballot in ballots.T:
        votes += ballots == ballot[:, np.newaxis]
    marks: Marks = votes == votes.max(axis=1, keepdims=True)
    return marks
