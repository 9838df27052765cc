"""From results fold by fold to a leaderboard. What to do about it: recommendation."""

import math
from collections.abc import Mapping

import numpy as np

from schemas.evaluation import Metric
from schemas.scores import Curve
from schemas.tournament import (
    Candidate,
    Comparison,
    Estimate,
    Standing,
)
from tasks.algorithms.contenders import complexity, contender, none_of
from tasks.algorithms.corrected_t import Mean, corrected_t
from tasks.algorithms.holm import holm
from tasks.algorithms.match_table import MatchTable, advantage
from tasks.algorithms.measures import MEASURES, gain_sign


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
    least, most = MEASURES[name].bounds
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
    gain = gain_sign(metric) * estimate.mean if estimate else -math.inf
    return -gain, complexity(standing.candidate), standing.name
