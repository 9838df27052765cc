"""Categories in a search by numbers: each common level becomes a coordinate.

Rows that share a rare level are found in rare_levels.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.algorithms.distances import Floats
from tasks.algorithms.search_space import SearchSpace


@dataclass(frozen=True, eq=False)
class Points:
    """Rows as points among which a query and the points near it are looked up."""

    base: Floats
    """Shape (rows, columns), one column or more."""
    queries: Floats
    """The same shape; the same array where rows with rare levels are missing."""


def embed(space: SearchSpace, rare: int) -> Points:
    """Place rows so that numbers alone find all that share no rare level.

    Whoever differs from a row in a category gets the squared weight; who shares a rare
    level with it gets as much here, and is found in a block. So the squared distance of
    a query to a point is that of the rows, less what is the same for all points: a
    query with a rare level stands in the middle of that column's coordinates.

    Args:
        space: The rows.
        rare: Rows up to which a level is rare.

    Returns:
        The numbers, with a coordinate for each common level of each category, and one
        for all its rare levels.
    """
    numbers = space.numbers
    made = [_coordinates(codes, rare) for codes in space.codes.values()]
    corners = [corner * (space.weight / 2**0.5) for corner in made if corner.size]
    if not corners:
        base = numbers if numbers.shape[1] else np.zeros((len(numbers), 1))
        return Points(base, base)
    base = np.hstack([numbers, *corners])
    lasts = np.cumsum([numbers.shape[1], *(item.shape[1] for item in corners)])[1:] - 1
    if not base[:, lasts].any():
        return Points(base, base)
    queries = base.copy()
    queries[:, lasts] = 0
    return Points(base, queries)


def _coordinates(codes: npt.NDArray[np.int32], rare: int) -> Floats:
    """Give each common level a corner of its own, and the rare ones the last."""
    counts = np.bincount(codes)
    common = np.flatnonzero(counts > rare)
    if not len(common) or len(counts) == 1:
        return np.empty((len(codes), 0))
    corners = np.full(len(counts), len(common))
    corners[common] = np.arange(len(common))
    placed: Floats = np.eye(len(common) + 1)[corners[codes]]
    return placed
