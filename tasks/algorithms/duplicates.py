"""Points that occur more than once: searched once, and found as often as they occur.

Without this a search among many equal points would look at each pair of them.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tasks.algorithms.arrays import Empty, in_memory, slices
from tasks.algorithms.distances import Floats, Positions
from tasks.algorithms.selection import Hashes, splitmix64

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Distinct:
    """Which rows are the same point. Points are numbered as they first occur."""

    first: Positions
    """Shape (points,): the first row of each point."""
    point: Positions
    """Shape (rows,): the point of each row."""


def distinct(points: Floats) -> Distinct:
    """Find rows that are equal in all columns.

    Args:
        points: Shape (rows, columns), one or more of both, all finite.

    Returns:
        The distinct points.
    """
    order, again = _repeated(points)
    if not again.any():
        everyone = np.arange(len(points))
        return Distinct(everyone, everyone)
    new = np.ones(len(points), np.bool_)
    new[1:] = ~again
    first = order[new]
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    point = np.empty(len(points), np.int64)
    point[order] = number[np.cumsum(new) - 1]
    return Distinct(np.sort(first), point)


def _repeated(points: Floats) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Order rows so that equal ones follow each other; tell who equals the one before.

    Rows are sorted by a hash: that reads them in order, and once. Of rows whose hashes
    are the same, only a comparison tells whether they are.
    """
    hashes = _hashes(points)
    order = np.argsort(hashes, kind="stable")
    again = np.diff(hashes[order]) == 0
    if not _equal(points, order, np.flatnonzero(again)).all():
        order = np.lexsort(points.T)
        again = _equal(points, order, np.arange(len(order) - 1))
    return order, again


def _hashes(points: Floats) -> Hashes:
    hashes = np.zeros(len(points), np.uint64)
    for rows in slices(*points.shape):
        words = (points[rows] + 0.0).view(np.uint64)  # 0.0 and -0.0 are equal
        for column in words.T:
            hashes[rows] = splitmix64(hashes[rows] ^ column)
    return hashes


def _equal(
    points: Floats, order: Positions, places: Positions
) -> npt.NDArray[np.bool_]:
    """Compare the rows at some places of an order with the next."""
    equal = np.empty(len(places), np.bool_)
    for part in slices(len(places), points.shape[1]):
        one, other = order[places[part]], order[places[part] + 1]
        equal[part] = (points[one] == points[other]).all(axis=1)
    return equal


def chosen(
    points: npt.NDArray[T], rows: Positions, empty: Empty = in_memory
) -> npt.NDArray[T]:
    """Copy some rows.

    Args:
        points: Shape (points, columns).
        rows: Shape (rows,).
        empty: Makes the array.

    Returns:
        Shape (rows, columns).
    """
    made = empty((len(rows), points.shape[1]), points.dtype)
    for part in slices(*made.shape):
        made[part] = points[rows[part]]
    return made


def spread(
    found: Positions, points: Distinct, k: int, empty: Empty = in_memory
) -> Positions:
    """Turn the points found for each point into rows found for each row.

    Args:
        found: Shape (points, min(k, points)), nearest first, itself among them.
        points: Which rows they are.
        k: Rows to find, the row itself included, 1 <= k <= rows.
        empty: Makes the array of what is found.

    Returns:
        Shape (rows, k), nearest first; of many equal rows the first k.
    """
    if len(points.first) == len(points.point):
        return found
    order = np.argsort(points.point, kind="stable")
    sizes = np.bincount(points.point)
    starts = np.cumsum(sizes) - sizes
    rows = empty((len(found), k), np.int64)
    for part in slices(len(found), found.shape[1] * k):
        near = found[part, :, np.newaxis]
        lacking = np.arange(k) >= sizes[near]
        places = np.minimum(starts[near] + np.arange(k), len(order) - 1)
        there = np.argsort(lacking.reshape(len(near), -1), axis=1, kind="stable")
        members = order[places].reshape(len(near), -1)
        rows[part] = np.take_along_axis(members, there[:, :k], axis=1)
    return chosen(rows, points.point, empty)
