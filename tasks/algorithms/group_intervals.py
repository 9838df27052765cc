"""How sure a difference of two models is where rows come in groups that are alike.

Where each row stands for itself, intervals has the answer.
"""

from collections.abc import Callable

import numpy as np

from schemas.evaluation import EvaluationConfig, Metric
from tasks.algorithms.folds import Groups
from tasks.algorithms.intervals import (
    Floats,
    Interval,
    Prediction,
    percentiles,
    row_difference,
)
from tasks.algorithms.labels import Codes
from tasks.algorithms.metrics import BY_LABEL
from tasks.algorithms.ranking import summed

FEWEST = 10
"""Groups: of fewer the spread between groups cannot be told."""


def paired_group_interval(
    y: Codes,
    models: tuple[Prediction, Prediction],
    groups: Groups,
    config: EvaluationConfig,
    seed: int,
) -> tuple[float, Interval]:
    """Measure how much better the second model is, by resampling whole groups.

    Rows of a group are right or wrong together, so there are fewer of them than it
    seems, and an interval from rows is too narrow. Groups get random weights, the same
    for all of their rows and for both models. Weights are exponential, not counts of
    draws: none is 0, so no class is ever without rows, however few groups have it.

    Args:
        y: True class codes, shape (n,), two or more classes.
        models: Baseline and balanced.
        groups: Shape (n,), equal where rows belong together; FEWEST or more different.
        config: Its metric, resamples and confidence are used.
        seed: Any non-negative integer.

    Returns:
        As for paired_interval.

    Source: Rubin (1981), The Bayesian Bootstrap,
    https://doi.org/10.1214/aos/1176345338
    """
    rng = np.random.default_rng(seed)
    distinct, places = np.unique(groups, return_inverse=True)
    difference = _difference(y, *models, config.metric)
    drawn = []
    for _ in range(config.resamples):
        weights = rng.exponential(size=len(distinct))[places]
        drawn.append(difference(weights / weights.mean()))
    point = difference(np.ones(len(y)))
    return point, percentiles(np.array(drawn), config.confidence)


def _difference(
    y: Codes, a: Prediction, b: Prediction, metric: Metric
) -> Callable[[Floats], float]:
    if metric not in BY_LABEL:
        return row_difference(y, a.probabilities, b.probabilities, metric)
    score, classes = BY_LABEL[metric], a.probabilities.shape[1]

    def scored(weights: Floats, codes: Codes) -> float:
        hit = y == codes
        hits = summed(y[hit], weights[hit], classes)
        claims = summed(codes, weights, classes)
        return float(score((hits, claims, summed(y, weights, classes))))

    return lambda weights: scored(weights, b.codes) - scored(weights, a.codes)
