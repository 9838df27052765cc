"""Laws of the interval by groups: copies tell nothing new, a row alone is a group."""

import numpy as np
import pyarrow as pa
import pytest

from schemas.evaluation import EvaluationConfig, EvaluatorKind, Metric
from tasks.algorithms.contest import Problem, Tables
from tasks.algorithms.evaluate import evaluate
from tasks.algorithms.group_intervals import FEWEST, paired_group_interval
from tasks.algorithms.intervals import Interval, Prediction, paired_interval
from tasks.algorithms.labels import Codes
from tests.algorithms.arenas import drawn
from tests.algorithms.test_intervals import METRICS, holdout, model


def _by_group(
    y: Codes,
    models: tuple[Prediction, Prediction],
    copies: int,
    config: EvaluationConfig,
    seed: int = 0,
) -> tuple[float, Interval]:
    """Measure on copies of the rows, each with its own as a group."""
    a, b = (
        Prediction(
            np.repeat(m.probabilities, copies, axis=0), np.repeat(m.codes, copies)
        )
        for m in models
    )
    groups = np.repeat(np.arange(len(y)), copies)
    return paired_group_interval(np.repeat(y, copies), (a, b), groups, config, seed)


@METRICS
def test_copies_of_rows_tell_nothing_new(metric: Metric) -> None:
    y, config = holdout(1), EvaluationConfig(metric=metric, resamples=200)
    models = model(y, 0.2, 2), model(y, 0.3, 3)
    point, alone = _by_group(y, models, 1, config)
    again, copied = _by_group(y, models, 7, config)
    assert point == pytest.approx(again, abs=1e-12)
    assert alone == pytest.approx(copied, abs=1e-12)


@METRICS
def test_groups_of_one_row_are_about_as_sure_as_rows(metric: Metric) -> None:
    y, config = holdout(1), EvaluationConfig(metric=metric)
    models = model(y, 0.2, 2), model(y, 0.3, 3)
    point, (low, high) = _by_group(y, models, 1, config)
    by_rows, (lower, higher) = paired_interval(y, *models, config, 0)
    assert point == pytest.approx(by_rows, abs=1e-12)
    assert 0.8 < (high - low) / (higher - lower) < 1.3


@METRICS
def test_a_model_does_not_differ_from_itself(metric: Metric) -> None:
    y = holdout(1)
    same = model(y, 0.5, 2)
    config = EvaluationConfig(metric=metric, resamples=100)
    assert _by_group(y, (same, same), 2, config) == (0, (0, 0))


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    y, config = holdout(1), EvaluationConfig(resamples=200)
    models = model(y, 0.2, 2), model(y, 0.3, 3)
    one, again, other = (_by_group(y, models, 2, config, seed) for seed in (5, 5, 6))
    assert one == again
    assert one[0] == other[0]
    assert one[1] != other[1]


def test_a_class_that_one_group_has_stays_in_every_resample() -> None:
    y = np.array([0] * 50 + [1], np.int32)
    a = model(y, 0.0, 1)._replace(codes=np.zeros(51, np.int32))
    b = a._replace(codes=y)
    config = EvaluationConfig(metric=Metric.BALANCED_ACCURACY)
    point, interval = _by_group(y, (a, b), 3, config)
    assert point == 0.5
    assert interval == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("groups", [FEWEST - 1, FEWEST, 60])
def test_an_evaluation_says_what_its_interval_rests_on(groups: int) -> None:
    table, problem = drawn(600, 0.3)
    named = pa.array(np.arange(600) % groups)
    whole = table.append_column("firm", named)
    parts = Tables(whole.slice(0, 300), whole.slice(0, 300), whole.slice(300))
    config = EvaluationConfig(evaluator=EvaluatorKind.KNN, resamples=100)
    asked = Problem(
        problem.target, problem.labels, "yes", problem.columns, group="firm"
    )
    notes = [
        one for one in evaluate(config, asked, parts, 0).notes if "interval" in one
    ]
    assert len(notes) == 1
    assert ("too few" in notes[0]) == (groups < FEWEST)
    assert f"{groups} groups" in notes[0]
