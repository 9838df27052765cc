"""Points that occur more than once: searched once, and found as often as they occur.

Without this a search among many equal points would look at each pair of them.
"""

from dataclasses import dataclass

import numpy as np

from tasks.algorithms.distances import Floats, Positions


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
        points: Shape (rows, columns), one or more of both.

    Returns:
        The distinct points.
    """
    order = np.lexsort(points.T)
    new = np.ones(len(points), np.bool_)
    new[1:] = (points[order[1:]] != points[order[:-1]]).any(axis=1)
    first = order[new]
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    point = np.empty(len(points), np.int64)
    point[order] = number[np.cumsum(new) - 1]
    return Distinct(np.sort(first), point)


def spread(found: Positions, points: Distinct, k: int) -> Positions:
    """Turn the points found for each point into rows found for each row.

    Args:
        found: Shape (points, min(k, points)), nearest first, itself among them.
        points: Which rows they are.
        k: Rows to find, the row itself included, 1 <= k <= rows.

    Returns:
        Shape (rows, k), nearest first; of many equal rows the first k.
    """
    if len(points.first) == len(points.point):
        return found
    members = _members(points, k)
    rows = np.empty((len(found), k), np.int64)
    block = max(1, 2**20 // k**2)
    for start in range(0, len(found), block):
        part = members[found[start : start + block]].reshape(-1, found.shape[1] * k)
        there = np.argsort(part < 0, axis=1, kind="stable")[:, :k]
        rows[start : start + block] = np.take_along_axis(part, there, axis=1)
    return rows[points.point]


def _members(points: Distinct, k: int) -> Positions:
    """List the first k rows of each point, and -1 where it has fewer."""
    order = np.argsort(points.point, kind="stable")
    sizes = np.bincount(points.point)
    places = (np.cumsum(sizes) - sizes)[:, np.newaxis] + np.arange(k)
    lacking = np.arange(k) >= sizes[:, np.newaxis]
    return np.where(lacking, -1, order[np.minimum(places, len(order) - 1)])
