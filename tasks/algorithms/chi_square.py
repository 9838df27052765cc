"""The tail of the chi-square distribution. What is tested with it is its callers'."""


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
    from scipy.special import chdtrc  # noqa: PLC0415 - slow to import, seldom needed

    return float(chdtrc(freedom, statistic))
