"""Results of a tournament for tests of what is made of them, drawn from numbers.

The engine makes the real ones.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from schemas.contest import APPROACHES, Approach
from schemas.evaluation import EvaluatorKind, Metric
from schemas.scores import Curve, Scores
from schemas.tournament import (
    Candidate,
    Estimate,
    Fold,
    Leaderboard,
    Match,
    MatchResult,
    Sentinel,
)
from tasks.algorithms.cost_curves import cost_curves
from tasks.algorithms.match_table import MatchTable, tabulate
from tasks.algorithms.recommendation import recommend
from tasks.algorithms.standings import rank_candidates

FOREST, KNN = EvaluatorKind.RANDOM_FOREST, EvaluatorKind.KNN
FOLDS, REPEATS, ROWS = 5, 3, 1_000
RATIOS = (0.1, 0.25, 0.5, 1.0)
_ONE_WAY = {Approach.NONE, Approach.THRESHOLD, Approach.WEIGHTS}


def candidate(
    approach: str, ratio: float | None = None, learner: EvaluatorKind = FOREST
) -> Candidate:
    """Name a candidate briefly."""
    return Candidate(approach=Approach(approach), ratio=ratio, learner=learner)


def field(learner: EvaluatorKind = FOREST) -> list[Candidate]:
    """List the 23 candidates that a config has by default."""
    return [
        candidate(approach, ratio, learner)
        for approach in APPROACHES
        for ratio in ((None,) if approach in _ONE_WAY else RATIOS)
    ]


def results(
    gains: Mapping[Candidate, float],
    seed: int = 0,
    noise: float = 0.01,
    base: float = 0.7,
) -> list[MatchResult]:
    """Draw results whose primary scores are a base, a gain, and noise of two kinds.

    Folds differ for all candidates alike, and a candidate from fold to fold; a part of
    the latter it keeps in all folds, for they share most of their training rows.

    Args:
        gains: Of each candidate.
        seed: Of the noise.
        noise: Standard deviation of what a candidate has in a fold.
        base: The score to which all is added.
    """
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 2 * noise, (REPEATS, FOLDS))
    kept = math.sqrt(1 / FOLDS)  # the correlation that Nadeau and Bengio assume
    made = []
    for one, gain in gains.items():
        own = noise * kept * rng.normal()
        loose = noise * math.sqrt(1 - kept**2) * rng.normal(size=(REPEATS, FOLDS))
        made += [
            result(one, Fold(repeat=r, fold=f), base + gain + own + value)
            for (r, f), value in np.ndenumerate(shared + loose)
        ]
    return made


def noise_table(rng: np.random.Generator) -> MatchTable:
    """Draw a table in which nothing but chance tells 23 candidates apart."""
    others = (*Scores.model_fields, "expected_calibration_error", "cost", "threshold")
    undefined = dict.fromkeys(others, np.full(FOLDS * REPEATS, np.nan))
    kept = math.sqrt(1 / FOLDS)  # as above
    measures = {}
    for one in field():
        loose = math.sqrt(1 - kept**2) * rng.normal(size=FOLDS * REPEATS)
        scores = 0.7 + 0.01 * (kept * rng.normal() + loose)
        measures[one] = {**undefined, "macro_f1": scores}
    return MatchTable(measures, 1 / (FOLDS - 1), Metric.MACRO_F1, 0.05)


def result(one: Candidate, fold: Fold, score: float) -> MatchResult:
    """Make one result, all of whose figures follow from one score."""
    ratio = one.ratio or 0
    return MatchResult(
        match=Match(candidate=one, fold=fold),
        train_rows=round(800 * (1 + ratio)),
        validation_rows=ROWS // FOLDS,
        fit_seconds=0.1 + 0.3 * ratio,
        scores=Scores(
            macro_f1=score,
            balanced_accuracy=score - 0.02 + 0.1 * ratio,
            g_mean=score - 0.1,
            mcc=2 * score - 1,
            roc_auc=score + 0.1,
            average_precision=score - 0.2 - 0.05 * ratio,
            brier=0.1 - score / 20 + 0.08 * ratio**2,
            log_loss=0.4 - score / 10 + 0.3 * ratio,
        ),
        calibration_intercept=-2.5 * ratio + score - 0.7,
        calibration_slope=1 - 0.3 * ratio,
        expected_calibration_error=0.02 + 0.1 * ratio,
        threshold=0.9 - score if one.approach is Approach.THRESHOLD else None,
        cost=1.2 - score,
        cost_curve=Curve(x=(0.0, 0.5, 1.0), y=(0.0, 0.9 - score, 0.0)),
    )


def leaderboard(
    made: Sequence[MatchResult],
    metric: Metric = Metric.MACRO_F1,
    level: float = 0.05,
    fields: Mapping[str, object] | None = None,
) -> Leaderboard:
    """Make a leaderboard of results, as the flow does."""
    table = tabulate(made, metric, level)
    standings = rank_candidates(table, cost_curves(made))
    facts: dict[str, object] = {
        "dataset": "bank_marketing",
        "source": "data/bank_marketing.parquet",
        "target": "y",
        "fingerprint": "ab" * 32,
        "minority": "yes",
        "rows": ROWS,
        "classes": {"no": 883, "yes": 117},
        "capped": True,
        "folds": FOLDS,
        "repeats": REPEATS,
        "sentinel": Sentinel(
            roc_auc=Estimate(mean=0.503, interval=(0.48, 0.526)), passed=True
        ),
        "notes": ("One ratio does nothing here and was left out: 0.1.",),
    }
    return Leaderboard.model_validate(
        facts
        | {"metric": metric, "level": level, "standings": standings}
        | {"recommendation": recommend(table, standings)}
        | dict(fields or {})
    )
