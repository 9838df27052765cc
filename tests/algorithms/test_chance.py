"""Guessing is chance at any number of rows, however well it scores; knowing is not."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, mannwhitneyu

from schemas.evaluation import EvaluationConfig, Metric
from tasks.algorithms import chance
from tasks.algorithms.chance import may_be_chance
from tasks.algorithms.intervals import Prediction, paired_interval, verdict
from tasks.algorithms.labels import Codes

METRICS = pytest.mark.parametrize("metric", list(Metric))


def holdout(rare: int, rows: int = 400) -> Codes:
    return (np.arange(rows) < rare).astype(np.int32)


def guess(y: Codes, rate: float, seed: int, skill: float = 0.0) -> Prediction:
    """Name the rare class at a rate, whatever the row; or with some skill."""
    score = np.random.default_rng(seed).random(len(y)) - skill * y
    shares = np.where(score < rate, 0.6 - score / 9, 0.3 - score / 9)
    shares = np.clip(shares, 0, 1)
    probabilities = np.stack([1 - shares, shares], axis=1)
    return Prediction(probabilities, (score < rate).astype(np.int32))


@pytest.mark.parametrize("rare", [1, 5, 20, 80])
@pytest.mark.parametrize("metric", [Metric.MACRO_F1, Metric.ROC_AUC])
def test_guesses_pass_for_knowledge_as_rarely_as_the_level_says(
    metric: Metric, rare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chance, "_LEAST", 99)
    y, config = holdout(rare), EvaluationConfig(metric=metric, confidence=0.6)
    passed = sum(
        not may_be_chance(y, guess(y, 0.1, seed), config, seed) for seed in range(100)
    )
    assert passed <= 33  # of 100 at a level of .2, less than once in a thousand


@METRICS
def test_knowledge_is_not_taken_for_chance(metric: Metric) -> None:
    y, config = holdout(40), EvaluationConfig(metric=metric)
    assert not may_be_chance(y, guess(y, 0.1, 1, skill=0.3), config, 0)


def test_without_it_guessing_more_would_be_a_help() -> None:
    """Macro-F1 rises when the rare class is named at random instead of never."""
    y, config = holdout(80), EvaluationConfig(resamples=200)
    helped = kept = 0
    for seed in range(100):
        never, sometimes = guess(y, 0.005, seed), guess(y, 0.1, seed + 1_000)
        _, interval = paired_interval(y, never, sometimes, config, seed)
        if verdict(interval) == "helped":
            helped += 1
            kept += not may_be_chance(y, sometimes, config, seed)
    assert helped > 20
    assert kept <= 5


@pytest.mark.parametrize("seed", range(8))
def test_two_classes_are_decided_as_by_fisher_and_by_mann_and_whitney(
    seed: int,
) -> None:
    y = holdout(30)
    model = guess(y, 0.2, seed, skill=0.02 * seed)
    right = model.codes == y
    table = [[sum(right & (y == c)), sum(~right & (y == c))] for c in (1, 0)]
    table[1].reverse()
    areas = model.probabilities[y == 1, 1], model.probabilities[y == 0, 1]
    known = {
        Metric.MCC: fisher_exact(table, "greater").pvalue,
        Metric.ROC_AUC: mannwhitneyu(*areas, alternative="greater").pvalue,
    }
    for metric, p_value in known.items():
        config = EvaluationConfig(metric=metric)
        if abs(p_value - 0.025) > 0.012:  # as far as a thousand shuffles can tell
            assert may_be_chance(y, model, config, 0) is bool(p_value > 0.025)


def test_classes_that_are_absent_or_never_named_do_not_matter() -> None:
    y = np.repeat([0, 2], [90, 30]).astype(np.int32)
    sure = Prediction(np.eye(4)[y], y)
    same = np.full((120, 4), 0.25)
    for metric in (Metric.MACRO_F1, Metric.ROC_AUC):
        config = EvaluationConfig(metric=metric)
        assert not may_be_chance(y, sure, config, 0)
        assert may_be_chance(y, Prediction(same, 0 * y), config, 0)
