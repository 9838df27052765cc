"""The best threshold for the probabilities of one of two classes.

Where the probabilities come from is in fitting: of rows that the model did not see.
"""

import numpy as np
import numpy.typing as npt

from schemas.evaluation import Metric
from tasks.algorithms.metrics import BY_LABEL, Tally

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_USUAL = 0.5


def best_threshold(happened: Mask, probabilities: Floats, metric: Metric) -> float:
    """Choose the probability from which on a row is best taken for one of the class.

    Args:
        happened: Whether a row is of the class, shape (n,), some are and some are not.
        probabilities: That it is, shape (n,).
        metric: What is to be highest; macro F1 where a threshold does not matter to it.

    Returns:
        Half way between two probabilities, of equally good ones the nearest to one
        half, which is what is returned where it is as good as any.

    >>> best_threshold(
    ...     np.array([False, False, True]), np.array([0.1, 0.2, 0.3]), Metric.MACRO_F1
    ... )
    0.25
    """
    levels, place = np.unique(probabilities, return_inverse=True)
    between = (levels[1:] + levels[:-1]) / 2
    limits = np.unique([*between, _USUAL])
    firsts = np.searchsorted(levels, limits)  # the first level that is claimed
    hits = _from(firsts, place[happened], len(levels))
    alarms = _from(firsts, place[~happened], len(levels))
    found = BY_LABEL.get(metric, BY_LABEL[Metric.MACRO_F1])(
        _tally(hits, alarms, happened)
    )
    best = limits[found == found.max()]
    return float(best[np.abs(best - _USUAL).argmin()])


def _from(firsts: npt.NDArray[np.intp], place: npt.NDArray[np.intp], n: int) -> Floats:
    """Count the rows at or above each of some levels."""
    below = np.cumsum(np.bincount(place, minlength=n))
    counts: Floats = len(place) - np.concatenate([[0], below])[firsts].astype(float)
    return counts


def _tally(hits: Floats, alarms: Floats, happened: Mask) -> Tally:
    """Lay out the counts of each limit: the other class first, then the class."""
    rows, support = len(happened), float(happened.sum())
    others = rows - support
    claims = hits + alarms
    return (
        np.stack([others - alarms, hits], axis=1),
        np.stack([rows - claims, claims], axis=1),
        np.array([others, support]),
    )
