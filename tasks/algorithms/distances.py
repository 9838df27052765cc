"""Exact distances between mixed rows, and the nearest of given candidates.

Which rows are candidates is decided in neighbors and approximate.
"""

import numpy as np
import numpy.typing as npt

from tasks.algorithms.search_space import SearchSpace

Positions = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def distances(space: SearchSpace, rows: Positions, others: Positions) -> Floats:
    """Measure how far rows are from others.

    The squared distance of two rows is that of their numbers plus the squared weight
    for each category in which they differ. That is the distance of imbalanced-learn's
    SMOTENC, whose one-hot pair of entries weighs half as much each.

    Args:
        space: The rows.
        rows: Positions, of a shape that broadcasts with that of the others.
        others: Positions.

    Returns:
        Squared distances, of the shape that both broadcast to.
    """
    shape = np.broadcast_shapes(rows.shape, others.shape)
    total = np.zeros(shape)
    here, there = (np.moveaxis(space.numbers[at], -1, 0) for at in (rows, others))
    for one, other in zip(here, there, strict=True):
        gap = one - other
        gap *= gap
        total += gap
    differing = np.zeros(shape, np.uint16)
    for codes in space.codes.values():
        differing += codes[rows] != codes[others]
    total += space.weight**2 * differing
    return total


def closest(
    space: SearchSpace, rows: Positions, candidates: Positions, k: int
) -> Positions:
    """Choose the nearest candidates of each row.

    Args:
        space: The rows.
        rows: Shape (m,).
        candidates: Shape (m, c): k others or more, among them the row itself or rows
            twice.
        k: Neighbours of each row.

    Returns:
        Shape (m, k), nearest first, the smaller position first among ties.
    """
    ordered = np.sort(candidates, axis=1)
    found = distances(space, rows[:, np.newaxis], ordered)
    found[ordered == rows[:, np.newaxis]] = np.inf
    found[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = np.inf
    return np.take_along_axis(ordered, smallest(found, k), axis=1)


def smallest(found: Floats, k: int) -> Positions:
    """Take the first minimum k times, and leave infinity in its place.

    Args:
        found: Shape (..., c) with c >= k; is overwritten.
        k: How many.

    Returns:
        Shape (..., k), places in 0..c - 1; ties fall to the smaller.
    """
    chosen = np.empty((*found.shape[:-1], k), np.int64)
    for place in range(k):
        nearest = found.argmin(axis=-1, keepdims=True)
        np.put_along_axis(found, nearest, np.inf, axis=-1)
        chosen[..., place] = nearest[..., 0]
    return chosen
