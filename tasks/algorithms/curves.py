"""Curves of one class on a holdout, thinned for drawing. Figures draw them."""

import numpy as np
import numpy.typing as npt

from schemas.scores import Curve
from tasks.algorithms.labels import Codes
from tasks.algorithms.ranking import at_levels

Floats = npt.NDArray[np.float64]

POINTS = 200
BINS = 10


def precision_recall(y: Codes, probabilities: Floats, positive: int) -> Curve:
    """Trace precision over recall of one class, from the highest score down.

    Args:
        y: True class codes, shape (n,).
        probabilities: Of each class, shape (n, K).
        positive: Code of the class.

    Returns:
        At most 200 points, x recall ascending from 0, y precision; the first is (0, 1)
        as in scikit-learn. No points where the class has no rows.
    """
    weigh = at_levels(y == positive, probabilities[:, positive])
    positives, negatives = weigh(np.ones(len(y)))
    if not positives.any():
        return Curve(x=(), y=())
    hits = np.cumsum(positives[::-1])
    claims = np.cumsum((positives + negatives)[::-1])
    recall, precision = np.append(0.0, hits / hits[-1]), np.append(1.0, hits / claims)
    keep = np.unique(np.linspace(0, len(recall) - 1, POINTS).round().astype(int))
    return Curve(x=tuple(recall[keep].tolist()), y=tuple(precision[keep].tolist()))


def calibration(y: Codes, probabilities: Floats, positive: int) -> Curve:
    """Compare predicted probabilities of one class with what came true.

    Args:
        y: True class codes, shape (n,), n at least 1.
        probabilities: Of each class, shape (n, K).
        positive: Code of the class.

    Returns:
        At most 10 points, one for each bin of equally many rows (fewer where scores
        tie): x mean probability, ascending, y share of rows of the class.

    Source: Niculescu-Mizil and Caruana (2005), https://doi.org/10.1145/1102351.1102430
    """
    values = probabilities[:, positive]
    bins = equal_mass(values)
    rows = np.bincount(bins)
    filled = rows > 0
    mean = np.bincount(bins, values)[filled] / rows[filled]
    share = np.bincount(bins, y == positive)[filled] / rows[filled]
    return Curve(x=tuple(mean.tolist()), y=tuple(share.tolist()))


def equal_mass(values: Floats) -> npt.NDArray[np.intp]:
    """Part values into 10 bins of equally many; ties stay together.

    Args:
        values: Shape (n,), n at least 1.

    Returns:
        The bin of each value, from 0; some are empty where values tie.
    """
    edges = np.percentile(values, np.linspace(0, 1, BINS + 1) * 100)
    bins: npt.NDArray[np.intp] = np.searchsorted(edges[1:-1], values)
    return bins
