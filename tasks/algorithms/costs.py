"""What predictions cost who says what a miss and a false alarm cost.

All rows count alike; a row predicted right costs nothing.
"""

import numpy as np
import numpy.typing as npt

from schemas.scores import Curve

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_POINTS = 41


def cost(happened: Mask, claimed: Mask, cost_fp: float, cost_fn: float) -> float:
    """Give the mean cost of a row.

    Args:
        happened: Whether a row is of the class, shape (n,), n at least 1.
        claimed: Whether it was predicted to be.
        cost_fp: Of a row that was claimed and is not.
        cost_fn: Of a row that is and was not claimed.

    Returns:
        0 or more, in the units of the costs.

    >>> cost(np.array([True, False]), np.array([False, False]), 1, 10)
    5.0
    """
    alarms, misses = claimed & ~happened, happened & ~claimed
    return float((cost_fp * alarms.sum() + cost_fn * misses.sum()) / len(happened))


def cost_curve(happened: Mask, probabilities: Floats) -> Curve:
    """Trace what rows cost who acts on the probabilities, whatever his costs are.

    A row is claimed where its probability exceeds the share that a false alarm has of
    both costs, for then to claim it is expected to be the cheaper.

    Args:
        happened: Whether a row is of the class, shape (n,), n at least 1.
        probabilities: That it is, as predicted, shape (n,).

    Returns:
        x the share that a miss has of both costs, 0..1, ascending; y cost per row in
        units of both costs together.

    Source: Brier curves, Hernández-Orallo, Flach and Ferri (2011), ICML; the rule that
    acts on costs: Elkan (2001), The Foundations of Cost-Sensitive Learning.
    """
    shares = np.linspace(0, 1, _POINTS)
    y = [cost(happened, probabilities > 1 - x, 1 - x, x) for x in shares]
    return Curve(x=tuple(shares.tolist()), y=tuple(y))
