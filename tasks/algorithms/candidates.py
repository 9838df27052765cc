"""Candidates for the nearest points, ranked by exact distance.

Where they come from is known in accelerated and approximate.
"""

import numpy as np
import numpy.typing as npt

from tasks.algorithms.categories import Points
from tasks.algorithms.distances import Floats, Positions


def gaps(points: Points, near: Positions) -> Floats:
    """Measure the squared distances of queries to the points found for them.

    Args:
        points: m queries and their base.
        near: Base points, shape (m, c).

    Returns:
        Shape (m, c).
    """
    differences = points.base[near]
    differences -= points.queries[:, np.newaxis]
    squares: Floats = np.einsum("rcd,rcd->rc", differences, differences)
    return squares


def rank(points: Points, near: Positions) -> tuple[Positions, Floats]:
    """Order candidates by distance, then by position.

    Args:
        points: m queries and their base.
        near: Candidates, shape (m, c); -1 for none.

    Returns:
        Candidates, nearest first, and their squared distances, infinite for none.
    """
    near = np.sort(near, axis=1)
    found = gaps(points, near)
    found[near < 0] = np.inf
    order: npt.NDArray[np.intp] = np.argsort(found, axis=1, kind="stable")
    return (
        np.take_along_axis(near, order, axis=1),
        np.take_along_axis(found, order, axis=1),
    )
