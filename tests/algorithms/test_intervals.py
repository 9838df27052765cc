"""Laws of the paired bootstrap: order, seed, coverage and two ways that agree."""

import time

import numpy as np
import pytest
from sklearn.metrics import f1_score

from schemas.evaluation import EvaluationConfig, Metric
from tasks.algorithms.intervals import Prediction, paired_interval, verdict
from tasks.algorithms.labels import Codes
from tasks.algorithms.metrics import scores

METRICS = pytest.mark.parametrize("metric", list(Metric))
LESS_IS_BETTER = {Metric.BRIER, Metric.LOG_LOSS}


def holdout(seed: int, rows: int = 300, classes: int = 3) -> Codes:
    """Draw true classes, rarer as their code grows; each has rows."""
    rng = np.random.default_rng(seed)
    prior = 1.0 / np.arange(1, classes + 1)
    y = np.append(np.arange(classes), rng.choice(classes, rows, p=prior / prior.sum()))
    return y.astype(np.int32)


def model(y: Codes, skill: float, seed: int) -> Prediction:
    """Predict classes of y with some skill; 0 is a guess."""
    rng = np.random.default_rng(seed)
    classes = int(y.max()) + 1
    probabilities = rng.dirichlet(np.ones(classes), len(y)) + skill * np.eye(classes)[y]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Prediction(probabilities, probabilities.argmax(axis=1).astype(np.int32))


@METRICS
def test_the_difference_is_that_of_the_scores_and_positive_is_better(
    metric: Metric,
) -> None:
    y = holdout(1)
    worse, better = model(y, 0.1, 2), model(y, 2.0, 3)
    difference, (low, high) = paired_interval(
        y, worse, better, EvaluationConfig(metric=metric), 0
    )
    before, after = (getattr(scores(y, *m), metric.value) for m in (worse, better))
    gain = before - after if metric in LESS_IS_BETTER else after - before
    assert difference == pytest.approx(gain, abs=1e-12)
    assert 0 < low < difference < high


@METRICS
def test_a_model_does_not_differ_from_itself(metric: Metric) -> None:
    y = holdout(1)
    same = model(y, 0.5, 2)
    found = paired_interval(y, same, same, EvaluationConfig(metric=metric), 0)
    assert found == (0, (0, 0))


@METRICS
def test_the_seed_decides_the_interval_and_nothing_else(metric: Metric) -> None:
    y, config = holdout(1), EvaluationConfig(metric=metric, resamples=200)
    models = model(y, 0.2, 2), model(y, 0.3, 3)
    one, again, other = (paired_interval(y, *models, config, s) for s in (5, 5, 6))
    assert one == again
    assert one[0] == other[0]
    assert one[1] != other[1]


@METRICS
def test_swapping_the_models_turns_the_difference_round(metric: Metric) -> None:
    y, config = holdout(1), EvaluationConfig(metric=metric)
    a, b = model(y, 0.2, 2), model(y, 0.3, 3)
    difference, (low, high) = paired_interval(y, a, b, config, 0)
    turned, (turned_low, turned_high) = paired_interval(y, b, a, config, 0)
    width = high - low
    assert turned == pytest.approx(-difference, abs=1e-12)
    assert turned_low == pytest.approx(-high, abs=width / 5)
    assert turned_high == pytest.approx(-low, abs=width / 5)


@METRICS
def test_more_confidence_is_a_wider_interval(metric: Metric) -> None:
    y, spans = holdout(1), []
    models = model(y, 0.2, 2), model(y, 0.3, 3)
    for confidence in (0.8, 0.95, 0.99):
        config = EvaluationConfig(metric=metric, confidence=confidence)
        spans.append(paired_interval(y, *models, config, 0)[1])
    assert spans[2][0] < spans[1][0] < spans[0][0] < spans[0][1]
    assert spans[0][1] < spans[1][1] < spans[2][1]


def test_drawing_cells_agrees_with_drawing_rows() -> None:
    y, rng = holdout(1), np.random.default_rng(0)
    a, b = model(y, 0.2, 2), model(y, 0.3, 3)
    members, drawn = [np.flatnonzero(y == c) for c in np.unique(y)], []
    for _ in range(500):
        rows = np.concatenate([rng.choice(own, len(own)) for own in members])
        f1_a, f1_b = (f1_score(y[rows], m.codes[rows], average="macro") for m in (a, b))
        drawn.append(f1_b - f1_a)
    _, interval = paired_interval(y, a, b, EvaluationConfig(resamples=5000), 0)
    by_rows = np.quantile(drawn, (0.025, 0.975))
    width = interval[1] - interval[0]
    np.testing.assert_allclose(interval, by_rows, atol=width / 8)


@pytest.mark.parametrize("metric", [Metric.BALANCED_ACCURACY, Metric.BRIER])
def test_the_interval_covers_the_true_difference_as_often_as_it_says(
    metric: Metric,
) -> None:
    config = EvaluationConfig(metric=metric, resamples=200)
    y = holdout(0, 20_000, 2)
    truth, _ = paired_interval(y, model(y, 0.1, 1), model(y, 0.3, 2), config, 0)
    covered = 0
    for seed in range(200):
        y = holdout(seed + 10, 300, 2)
        pair = model(y, 0.1, seed + 1000), model(y, 0.3, seed + 2000)
        low, high = paired_interval(y, *pair, config, seed)[1]
        covered += low <= truth <= high
    assert 0.89 * 200 <= covered <= 0.99 * 200


def test_a_class_with_one_row_stays_in_every_resample() -> None:
    y = np.array([0] * 50 + [1], np.int32)
    a = model(y, 0.0, 1)._replace(codes=np.zeros(51, np.int32))
    b = a._replace(codes=y)
    config = EvaluationConfig(metric=Metric.BALANCED_ACCURACY)
    assert paired_interval(y, a, b, config, 0) == (0.5, (0.5, 0.5))


@pytest.mark.parametrize(("metric", "seconds"), [(Metric.MACRO_F1, 1), ("roc_auc", 10)])
def test_ten_thousand_rows_are_no_burden(metric: Metric, seconds: float) -> None:
    y = holdout(1, 10_000, 2)
    start = time.process_time()
    paired_interval(
        y, model(y, 0.1, 1), model(y, 0.2, 2), EvaluationConfig(metric=metric), 0
    )
    assert time.process_time() - start < seconds


def test_touching_zero_is_no_difference() -> None:
    assert verdict((0.0, 0.1)) == verdict((-0.1, 0.0)) == "no difference"
