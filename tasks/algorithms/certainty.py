"""How sure a number is, in words. How sure it is was found in corrected_t."""


def p_words(p_value: float) -> str:
    """Write a p-value so that little does not look like nothing.

    >>> p_words(0.0312), p_words(0.00002), p_words(1.0)
    ('p = 0.031', 'p < 0.001', 'p = 1.000')
    """
    shown = bare_p(p_value)
    return f"p {shown}" if shown.startswith("<") else f"p = {shown}"


def bare_p(p_value: float) -> str:
    """Write a p-value without its name.

    >>> bare_p(0.0312), bare_p(0.00002)
    ('0.031', '< 0.001')
    """
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"  # noqa: PLR2004 - .3f would show 0.000


def interval_words(interval: tuple[float, float], level: float) -> str:
    """Write the interval of a difference.

    >>> interval_words((-0.01, 0.02), 0.05)
    '95 % interval -0.010 to +0.020'
    """
    low, high = interval
    return f"{100 * (1 - level):g} % interval {signed(low)} to {signed(high)}"


def signed(value: float) -> str:
    """Write a difference with its sign, nothing as plus nothing.

    >>> signed(0.0121), signed(-0.0001)
    ('+0.012', '+0.000')
    """
    return f"{round(value, 3) + 0:+.3f}"  # + 0 for no negative zero


def is_same(interval: tuple[float, float]) -> bool:
    """Tell whether nothing differs in any fold, as ranks do by no threshold.

    >>> is_same((0.0, 0.0)), is_same((-0.1, 0.1))
    (True, False)
    """
    return interval == (0, 0)
