"""How sure a difference of two models is: paired bootstrap and verdict.

Where rows come in groups, group_intervals has the answer. The scores themselves live in
metrics and ranking.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from schemas.evaluation import EvaluationConfig, Metric
from schemas.verdict import Verdict
from tasks.algorithms.labels import Codes
from tasks.algorithms.metrics import BY_LABEL, LOSSES, RANKED, Tally
from tasks.algorithms.ranking import macro

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.intp]
Interval = tuple[float, float]


class Prediction(NamedTuple):
    """What one model says of the holdout."""

    probabilities: Floats
    """Shape (n, K), rows sum to 1."""
    codes: Codes
    """Predicted classes, shape (n,)."""


def paired_interval(
    y: Codes,
    baseline: Prediction,
    balanced: Prediction,
    config: EvaluationConfig,
    seed: int,
) -> tuple[float, Interval]:
    """Measure how much better the balanced model is, with a percentile interval.

    Both models meet the same resampled rows, so what is hard for both cancels out. Rows
    are drawn within their true class: every class keeps its rows, else a macro average
    of a rare class would be undefined in some resamples; and the holdout itself was
    drawn class by class. The interval is of this holdout and these two fitted models:
    another training run would differ as well.

    Args:
        y: True class codes, shape (n,), two or more classes.
        baseline: The model trained on the data as it was.
        balanced: The model trained on the data as balanced.
        config: Its metric, resamples and confidence are used.
        seed: Any non-negative integer.

    Returns:
        The difference, and its interval (low, high); positive means that balanced is
        better, also where less is better (brier, log_loss).

    Source: Efron and Tibshirani (1993), chapter 13,
    https://doi.org/10.1201/9780429246593
    """
    rng = np.random.default_rng(seed)
    if config.metric in BY_LABEL:
        point, drawn = _of_labels(y, baseline, balanced, config, rng)
    else:
        point, drawn = _of_rows(y, baseline, balanced, config, rng)
    return point, percentiles(drawn, config.confidence)


def percentiles(drawn: Floats, confidence: float) -> Interval:
    """Give the interval that holds a share of what was drawn, with even tails."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return float(low), float(high)


def verdict(interval: Interval) -> Verdict:
    """Judge by the interval of the difference alone.

    >>> verdict((0.01, 0.05)), verdict((-0.01, 0.05)), verdict((-0.2, -0.1))
    ('helped', 'no difference', 'hurt')
    """
    low, high = interval
    if low > 0:
        return "helped"
    return "hurt" if high < 0 else "no difference"


def _of_labels(
    y: Codes, a: Prediction, b: Prediction, config: EvaluationConfig, rng: Generator
) -> tuple[float, Floats]:
    """Draw cells (true, a, b) and how often, for rows of one cell count alike."""
    score, classes = BY_LABEL[config.metric], a.probabilities.shape[1]
    cells, rows = np.unique(np.stack([y, a.codes, b.codes]), axis=1, return_counts=True)
    true, by_a, by_b = cells
    support = np.bincount(true, rows, classes).astype(np.float64)

    def difference(weights: Floats) -> Floats:
        after = score(_tally(true, by_b, weights, support))
        return after - score(_tally(true, by_a, weights, support))

    drawn = _draw_cells(true, rows, config.resamples, rng)
    return float(difference(rows.astype(np.float64))), difference(drawn)


def _draw_cells(true: Codes, rows: Counts, resamples: int, rng: Generator) -> Floats:
    drawn = [
        rng.multinomial(own.sum(), own / own.sum(), resamples)
        for own in (rows[true == c] for c in np.unique(true))
    ]
    return np.concatenate(drawn, axis=1, dtype=np.float64)


def _tally(true: Codes, predicted: Codes, weights: Floats, support: Floats) -> Tally:
    one_hot, hit = np.eye(len(support)), true == predicted
    hits = weights[..., hit] @ one_hot[true[hit]]
    return hits, weights @ one_hot[predicted], support


def _of_rows(
    y: Codes, a: Prediction, b: Prediction, config: EvaluationConfig, rng: Generator
) -> tuple[float, Floats]:
    difference = row_difference(y, a.probabilities, b.probabilities, config.metric)
    members = [np.flatnonzero(y == c) for c in np.unique(y)]
    drawn = [difference(_draw_rows(members, rng)) for _ in range(config.resamples)]
    return difference(np.ones(len(y))), np.array(drawn)


def row_difference(
    y: Codes, a: Floats, b: Floats, metric: Metric
) -> Callable[[Floats], float]:
    """Measure how much better b is than a, for any weights of rows.

    Args:
        y: True class codes, shape (n,).
        a: Probabilities of the baseline, shape (n, K).
        b: Those of the balanced model.
        metric: Of losses, or of the order of rows.

    Returns:
        A function of weights, shape (n,), with a mean of 1.
    """
    if metric in LOSSES:
        gain = LOSSES[metric](y, a) - LOSSES[metric](y, b)
        return lambda weights: float((weights * gain).mean())
    of_a, of_b = macro(RANKED[metric], y, a), macro(RANKED[metric], y, b)
    return lambda weights: of_b(weights) - of_a(weights)


def _draw_rows(members: list[npt.NDArray[np.intp]], rng: Generator) -> Floats:
    weights = np.empty(sum(len(rows) for rows in members))
    for rows in members:
        drawn = rng.integers(0, len(rows), len(rows))
        weights[rows] = np.bincount(drawn, minlength=len(rows))
    return weights
