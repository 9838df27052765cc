"""How sure a mean over folds is: the corrected resampled t-test.

Folds of one table share training rows, so that their scores vary together, and a plain
t-test finds differences where there are none. What is compared is standings' concern.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

Floats = npt.NDArray[np.float64]

_EVEN = 1e-12  # values that differ by no more than rounding


class Mean(NamedTuple):
    """A mean, its interval, and whether it may be zero."""

    mean: float
    interval: tuple[float, float]
    p_value: float
    """Two-sided, that the true mean is zero."""


def corrected_t(values: Floats, overlap: float, level: float) -> Mean:
    """Estimate a mean over folds of values that share training rows.

    The variance of the mean is taken as (1/J + overlap) times that of the values, not
    1/J. Values that do not vary at all leave nothing to estimate it from; then the
    p-value is what the signs alone can tell, 2 to the power of 1 - J.

    Args:
        values: Of J folds over all repeats, shape (J,), J at least 2.
        overlap: Validation rows to training rows of a fold, 1 / (folds - 1) in
            cross-validation; 0 makes it the plain t-test.
        level: Of the test, such as .05; the interval has confidence 1 - level.

    Returns:
        Mean, interval and p-value; of values that do not vary, an interval of no width.

    Source: Nadeau and Bengio (2003), Inference for the Generalization Error,
    https://doi.org/10.1023/A:1024068626366; for repeated cross-validation Bouckaert
    and Frank (2004), https://doi.org/10.1007/978-3-540-24775-3_3
    """
    mean, folds = float(values.mean()), len(values)
    if np.ptp(values) <= _EVEN:
        p_value = 1.0 if abs(mean) <= _EVEN else 2.0 ** (1 - folds)
        return Mean(mean, (mean, mean), p_value)
    error = math.sqrt((1 / folds + overlap) * values.var(ddof=1))
    reach = float(stdtrit(folds - 1, 1 - level / 2)) * error
    p_value = 2 * float(stdtr(folds - 1, -abs(mean) / error))
    return Mean(mean, (mean - reach, mean + reach), p_value)
