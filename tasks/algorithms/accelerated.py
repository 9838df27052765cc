"""The nearest points, by comparing all with scikit-learn-intelex.

Which of several equally near points it finds depends on its number of threads. So it
is asked for some more than are wanted, and where these do not tell the wanted from all
others beyond its rounding, nothing is said here: exact asks scikit-learn.
"""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.algorithms.candidates import rank
from tasks.algorithms.categories import Points
from tasks.algorithms.distances import Positions

MORE = 4
"""Points that are asked for beyond those wanted."""
_ROUNDING = 2.0**-44
"""Of a squared distance, relative to the squares of both points: 256 times that of
float64, for |x|² - 2xy + |y|² is summed over columns."""


class Search:
    """A base that is ready to be searched."""

    def __init__(self, points: Points, k: int) -> None:
        """Fit.

        Args:
            points: The points.
            k: Wanted of each query, 1 <= k <= base points.
        """
        from sklearnex.neighbors import (  # noqa: PLC0415 - an optional extra
            NearestNeighbors,
        )

        # In a thread it takes all cores whatever it is told, and says so each time.
        warnings.filterwarnings("ignore", "'Threading' parallel backend")
        asked = min(k + MORE, len(points.base))
        model: Any = NearestNeighbors(n_neighbors=asked, algorithm="brute")
        self._model = model.fit(points.base)
        self._points = points
        self._k = k
        self._farthest = float(_squares(points.base).max())

    def decide(self, part: slice) -> tuple[Positions, npt.NDArray[np.bool_]]:
        """Search for some queries.

        Args:
            part: Which.

        Returns:
            Shape (queries, k), nearest first, the smaller position first among ties;
            and for which of them others may be as near.
        """
        queries = self._points.queries[part]
        near = self._model.kneighbors(queries, return_distance=False)
        found, squared = rank(Points(self._points.base, queries), near.astype(np.int64))
        if near.shape[1] == len(self._points.base):
            return found[:, : self._k], np.zeros(len(found), bool)
        noise = _ROUNDING * (_squares(queries) + self._farthest)
        tied = squared[:, -1] - squared[:, self._k - 1] <= noise
        return found[:, : self._k], tied


def _squares(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    squares: npt.NDArray[np.float64] = np.einsum("rc,rc->r", points, points)
    return squares
