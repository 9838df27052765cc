"""The tail of the chi-square distribution. What is tested with it is its callers'."""

from math import erfc, sqrt


def tail(statistic: float, freedom: int) -> float:
    """Give the chance that chance alone comes as far.

    Args:
        statistic: 0 or more.
        freedom: Degrees of freedom, 1 or more.

    Returns:
        In 0..1.

    >>> round(tail(3.841, 1), 3)
    0.05
    """
    if freedom == 1:  # of two classes: the square of a normal deviate
        return erfc(sqrt(statistic / 2))
    from scipy.special import chdtrc  # noqa: PLC0415 - slow to import

    return float(chdtrc(freedom, statistic))
