"""Many tests at once: Holm's correction. Where p-values come from is corrected_t's."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Correct p-values so that one false alarm among all tests stays as rare as asked.

    It holds however the tests depend on one another, and loses less power than
    Bonferroni's.

    Args:
        p_values: In 0..1, in any order; none is fine.

    Returns:
        Corrected p-values in the same order, none below its own and none above 1.

    Source: Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure,
    https://www.jstor.org/stable/4615733

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.arange(len(order), 0, -1)
    stepped = np.maximum.accumulate(np.take(p_values, order) * steps)
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(stepped, 1)
    return tuple(corrected.tolist())
