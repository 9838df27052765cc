"""Categories in a search by numbers: each common level becomes a coordinate.

Rows that share a rare level are found in rare_levels.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.algorithms.arrays import Empty, in_memory, slices
from tasks.algorithms.distances import Floats
from tasks.algorithms.search_space import SearchSpace


@dataclass(frozen=True, eq=False)
class Points:
    """Rows as points among which a query and the points near it are looked up."""

    base: Floats
    """Shape (rows, columns), one column or more."""
    queries: Floats
    """The same shape; the same array where rows with rare levels are missing."""


def embed(space: SearchSpace, rare: int, empty: Empty = in_memory) -> Points:
    """Place rows so that numbers alone find all that share no rare level.

    Whoever differs from a row in a category gets the squared weight; who shares a rare
    level with it gets as much here, and is found in a block. So the squared distance of
    a query to a point is that of the rows, less what is the same for all points: a
    query with a rare level stands in the middle of that column's coordinates.

    Args:
        space: The rows.
        rare: Rows up to which a level is rare.
        empty: Makes the arrays.

    Returns:
        The numbers, with a coordinate for each common level of each category, and one
        for all its rare levels.
    """
    rows, width = space.numbers.shape
    corners = [_corners(codes, rare) for codes in space.codes.values()]
    pairs = zip(corners, space.codes.values(), strict=True)
    placed = [(corner, codes) for corner, codes in pairs if corner.size]
    if not placed:
        base = space.numbers if width else np.zeros((rows, 1))
        return Points(base, base)
    scale = space.weight / 2**0.5
    lasts = width + np.cumsum([corner.shape[1] for corner, _ in placed]) - 1
    base = empty((rows, lasts[-1] + 1), np.float64)
    for part in slices(*base.shape):
        made = [corner[codes[part]] * scale for corner, codes in placed]
        np.concatenate([space.numbers[part], *made], axis=1, out=base[part])
    if not any(base[:, last].any() for last in lasts):
        return Points(base, base)
    queries = empty(base.shape, np.float64)
    queries[:] = base
    queries[:, lasts] = 0
    return Points(base, queries)


def _corners(codes: npt.NDArray[np.int32], rare: int) -> Floats:
    """Give each common level a corner of its own, and the rare ones the last."""
    counts = np.bincount(codes)
    common = np.flatnonzero(counts > rare)
    if not len(common) or len(counts) == 1:
        return np.empty((len(counts), 0))
    corners = np.full(len(counts), len(common))
    corners[common] = np.arange(len(common))
    placed: Floats = np.eye(len(common) + 1)[corners]
    return placed
