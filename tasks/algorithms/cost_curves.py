"""Cost curves of many folds as one of each candidate. One of a fold is the engine's."""

from collections.abc import Mapping, Sequence

import numpy as np

from schemas.scores import Curve
from schemas.tournament import Candidate, MatchResult
from tasks.algorithms.match_table import fold_order


def cost_curves(results: Sequence[MatchResult]) -> Mapping[Candidate, Curve]:
    """Average the cost curves of each candidate over its folds.

    Args:
        results: In any order; those of permuted labels are left out.

    Returns:
        A curve of each candidate that has any.
    """
    found: dict[Candidate, list[Curve]] = {}
    # In one order, so that the last bits of a mean do not tell who was done first.
    for result in sorted(results, key=fold_order):
        if result.cost_curve and not result.match.permuted:
            found.setdefault(result.match.candidate, []).append(result.cost_curve)
    return {one: mean_curve(curves) for one, curves in found.items()}


def mean_curve(curves: Sequence[Curve]) -> Curve:
    """Average curves pointwise.

    Args:
        curves: One or more, x ascending; points between those given lie on a line.

    Returns:
        At every x that any of them has, the mean of their y.

    >>> mean_curve([Curve(x=(0, 1), y=(0, 1)), Curve(x=(0, 0.5, 1), y=(0, 0, 1))])
    Curve(x=(0.0, 0.5, 1.0), y=(0.0, 0.25, 1.0))
    """
    x = np.unique(np.concatenate([curve.x for curve in curves]))
    y = np.mean([np.interp(x, curve.x, curve.y) for curve in curves], axis=0)
    return Curve(x=tuple(x.tolist()), y=tuple(y.tolist()))
