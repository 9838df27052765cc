"""How far probabilities of one class are from what came true, in three numbers.

Curves to draw are in curves; how probabilities are corrected, in calibration.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, logit

from tasks.algorithms.curves import equal_mass

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_SURE = 1e-6  # a probability of 0 has no logit
_FAR = 50.0
_STEPS = 50
_CONVERGED = 1e-8


def intercept(happened: Mask, probabilities: Floats) -> float | None:
    """Shift all logits until as many rows are expected as there are.

    Args:
        happened: Whether a row is of the class, shape (n,).
        probabilities: That it is, as predicted, shape (n,).

    Returns:
        0 if the class is predicted as often as it occurs, below 0 if it is predicted
        too often; None where no shift or any shift would do.

    Source: calibration-in-the-large, Van Calster et al. (2019),
    https://doi.org/10.1186/s12916-019-1466-7

    >>> half = np.full(4, 0.5)
    >>> round(intercept(np.array([True, False, False, False]), half), 3)
    -1.099
    """
    if happened.all() or not happened.any():
        return None
    logits = _logits(probabilities)

    def excess(shift: float) -> float:
        return float((expit(logits + shift) - happened).sum())

    return float(brentq(excess, -_FAR, _FAR))


def slope(happened: Mask, probabilities: Floats) -> float | None:
    """Fit the logit of what happened to the logit of what was predicted.

    Args:
        happened: Whether a row is of the class, shape (n,).
        probabilities: That it is, as predicted, shape (n,).

    Returns:
        1 if probabilities are as extreme as they should be, below 1 if they are too
        extreme; None where all are alike, or tell the classes apart without fault.

    Source: Cox (1958), https://doi.org/10.1093/biomet/45.3-4.562
    """
    logits = _logits(probabilities)
    if happened.all() or not happened.any() or not np.ptp(logits):
        return None
    design = np.stack([np.ones_like(logits), logits], axis=1)
    found = np.zeros(2)
    for _ in range(_STEPS):
        expected = expit(design @ found)
        curvature = design.T @ (design * (expected * (1 - expected))[:, np.newaxis])
        if np.linalg.cond(curvature) > 1 / np.finfo(np.float64).eps:
            return None
        step = np.linalg.solve(curvature, design.T @ (happened - expected))
        found += step
        if np.abs(step).max() < _CONVERGED:
            return float(found[1])
    return None


def expected_error(happened: Mask, probabilities: Floats) -> float:
    """Average how far ten bins of equally many rows are off.

    Args:
        happened: Whether a row is of the class, shape (n,), n at least 1.
        probabilities: That it is, as predicted, shape (n,).

    Returns:
        0..1; bins are fewer where probabilities tie.

    Source: expected calibration error, Naeini, Cooper and Hauskrecht (2015),
    https://doi.org/10.1609/aaai.v29i1.9602
    """
    bins = equal_mass(probabilities)
    gaps = np.bincount(bins, probabilities - happened)
    return float(np.abs(gaps).sum() / len(happened))


def _logits(probabilities: Floats) -> Floats:
    logits: Floats = logit(np.clip(probabilities, _SURE, 1 - _SURE))
    return logits
