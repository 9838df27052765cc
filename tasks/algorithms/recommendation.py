"""Which candidate to use. How it is put in words lives in advice."""

from collections.abc import Sequence

import numpy as np

from schemas.contest import Approach
from schemas.evaluation import Metric
from schemas.tournament import Candidate, Recommendation, Standing
from tasks.algorithms.advice import advise
from tasks.algorithms.choice import Choice, Rival, Tuned
from tasks.algorithms.contenders import complexity, none_of
from tasks.algorithms.corrected_t import Mean
from tasks.algorithms.match_table import MatchTable, advantage
from tasks.algorithms.restraint import undecided
from tasks.algorithms.skill import is_guessing, skill

_FELT = 0.005  # a score that moves by less is not worth a word
_PRICES = (
    Metric.AVERAGE_PRECISION,
    Metric.ROC_AUC,
    Metric.BRIER,
    Metric.LOG_LOSS,
    "expected_calibration_error",
)


def recommend(table: MatchTable, standings: Sequence[Standing]) -> Recommendation:
    """Choose a candidate, and say why in words that can be defended.

    A candidate is eligible if it is none, or better than none with the same learner
    after Holm's correction. A learner that was not shown to do better than guessing
    wins nothing, and stands back where another does. Of the rest the best mean leads,
    and the simplest treatment that is not significantly worse than the leader is
    recommended: balancing has to earn its place, and so has every step beyond the
    simplest one that works.

    Args:
        table: Of all candidates.
        standings: Made of it, best first.

    Returns:
        A candidate; none where nothing is better, or the primary metric is undefined.
    """
    eligible = [one for one in standings if _is_eligible(one, table)]
    if not eligible:
        none = next(one.candidate for one in standings if _is_none(one))
        return Recommendation(candidate=none, sentence=undecided(table.metric))
    able = [one for one in eligible if not is_guessing(table, one.candidate.learner)]
    eligible = able or eligible
    chosen = _simplest(table, eligible)
    choice = Choice(
        metric=table.metric,
        level=table.level,
        standings=standings,
        chosen=chosen,
        none=_standing(standings, none_of(chosen.candidate)),
        rival=_rival(table, chosen, eligible),
        worse=_worse(table, chosen.candidate),
        tuned=_tuned(table, chosen.candidate),
        guessed=_guessed(table, chosen.candidate),
    )
    return Recommendation(
        candidate=chosen.candidate,
        sentence=advise(choice),
        threshold=choice.tuned.middle if choice.tuned else None,
    )


def _is_none(standing: Standing) -> bool:
    return standing.candidate.approach is Approach.NONE


def _is_eligible(standing: Standing, table: MatchTable) -> bool:
    if _is_none(standing):
        return table.metric in standing.estimates
    found = standing.against_none
    if found is None or found.p_holm >= table.level or found.difference <= 0:
        return False
    return not is_guessing(table, standing.candidate.learner)


def _simplest(table: MatchTable, eligible: Sequence[Standing]) -> Standing:
    """Choose; of equally simple treatments the best mean, which comes first."""
    leader = eligible[0].candidate
    return min(
        (one for one in eligible if not _is_beaten(table, one.candidate, leader)),
        key=lambda one: complexity(one.candidate),
    )


def _is_beaten(table: MatchTable, one: Candidate, leader: Candidate) -> bool:
    lead = advantage(table, leader, one, table.metric)
    return bool(lead and lead.mean > 0 and lead.p_value < table.level)


def _standing(standings: Sequence[Standing], candidate: Candidate) -> Standing:
    return next(one for one in standings if one.candidate == candidate)


def _rival(
    table: MatchTable, chosen: Standing, eligible: Sequence[Standing]
) -> Rival | None:
    """Find the best that was not chosen, of those that beat none."""
    others = (one for one in eligible if one != chosen and not _is_none(one))
    for best in others:
        lead = advantage(table, best.candidate, chosen.candidate, table.metric)
        if lead:
            return Rival(best, lead)
    return None


def _worse(table: MatchTable, candidate: Candidate) -> list[str]:
    lost = []
    for measure in _PRICES:
        found = advantage(table, candidate, none_of(candidate), measure)
        if found and found.mean <= -_FELT and found.p_value < table.level:
            lost.append(str(measure))
    return lost


def _guessed(table: MatchTable, candidate: Candidate) -> Mean | None:
    guessing = is_guessing(table, candidate.learner)
    return skill(table, candidate.learner) if guessing else None


def _tuned(table: MatchTable, candidate: Candidate) -> Tuned | None:
    thresholds = table.measures[candidate]["threshold"]
    if not np.isfinite(thresholds).all():
        return None
    low, middle, high = np.quantile(thresholds, (0, 0.5, 1)).tolist()
    return Tuned(low, middle, high)
