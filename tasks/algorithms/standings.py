"""From results fold by fold to a leaderboard. What to do about it: recommendation."""

import math
from collections.abc import Mapping

import numpy as np

from schemas.config import Metric
from schemas.records import Curve
from schemas.tournament import (
    Candidate,
    Comparison,
    Estimate,
    Standing,
)
from tasks.algorithms.contenders import complexity, contender, none_of
from tasks.algorithms.corrected_t import Mean, corrected_t
from tasks.algorithms.holm import holm
from tasks.algorithms.match_table import (
    LESS_IS_BETTER,
    MatchTable,
    advantage,
)

_ANY = (-math.inf, math.inf)
_NOT_NEGATIVE = (0, math.inf)
_BOUNDS = {
    Metric.MCC: (-1, 1),
    Metric.BRIER: (0, 2),
    Metric.LOG_LOSS: _NOT_NEGATIVE,
    "calibration_intercept": _ANY,
    "calibration_slope": _ANY,
    "cost": _NOT_NEGATIVE,
    "fit_seconds": _NOT_NEGATIVE,
    "train_rows": _NOT_NEGATIVE,
    "rank": (1, math.inf),
}
"""What a measure can be at all, if not 0..1: intervals end there."""


def rank_candidates(
    table: MatchTable, curves: Mapping[Candidate, Curve]
) -> tuple[Standing, ...]:
    """Estimate every measure of every candidate and compare each with none.

    Args:
        table: Of all candidates, none among them for every learner.
        curves: Cost curves, of any of them.

    Returns:
        The best mean first; of equal ones the simpler treatment. Candidates of which
        the primary metric is undefined come last.

    Raises:
        ValueError: A learner has no none.
    """
    compared = _against_none(table)
    standings = [
        Standing(
            candidate=one,
            name=contender(one),
            estimates=_estimates(table, one),
            against_none=compared.get(one),
            cost_curve=curves.get(one),
        )
        for one in table.measures
    ]
    return tuple(sorted(standings, key=lambda one: _order(one, table.metric)))


def _estimates(table: MatchTable, candidate: Candidate) -> dict[str, Estimate]:
    return {
        name: _estimate(name, corrected_t(values, table.overlap, table.level))
        for name, values in table.measures[candidate].items()
        if np.isfinite(values).all()
    }


def _estimate(name: str, found: Mean) -> Estimate:
    least, most = _BOUNDS.get(name, (0, 1))
    low, high = found.interval
    return Estimate(mean=found.mean, interval=(max(low, least), min(high, most)))


def _against_none(table: MatchTable) -> dict[Candidate, Comparison]:
    found = {}
    for one in table.measures:
        none = none_of(one)
        if none not in table.measures:
            raise ValueError(f"{contender(one)} has no none to be compared with")
        gain = advantage(table, one, none, table.metric)
        if one != none and gain:
            found[one] = gain
    corrected = holm([gain.p_value for gain in found.values()])
    return {
        one: Comparison(
            difference=gain.mean,
            interval=gain.interval,
            p_value=gain.p_value,
            p_holm=p_holm,
        )
        for (one, gain), p_holm in zip(found.items(), corrected, strict=True)
    }


def _order(standing: Standing, metric: Metric) -> tuple[float, tuple[int, float], str]:
    estimate = standing.estimates.get(metric)
    sign = 1 if metric in LESS_IS_BETTER else -1
    mean = sign * estimate.mean if estimate else math.inf
    return mean, complexity(standing.candidate), standing.name
