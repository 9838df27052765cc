"""The data as it was against the data as balanced, on one untouched holdout.

Which rows are read, and what is done when they cannot be compared, is the caller's.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from schemas.config import EvaluationConfig
from schemas.records import Column, Evaluation, ModelEvaluation
from tasks.algorithms import curves, metrics, models
from tasks.algorithms.calibration import move_threshold
from tasks.algorithms.chance import may_be_chance
from tasks.algorithms.features import to_frame
from tasks.algorithms.intervals import (
    Interval,
    Prediction,
    paired_interval,
    verdict,
)
from tasks.algorithms.labels import Codes, encode


class NotComparableError(ValueError):
    """The tables cannot tell two models apart; the message says why."""


@dataclass(frozen=True)
class Problem:
    """What is predicted from what."""

    target: str
    labels: tuple[str, ...]
    """Labels as text; the code of a class is its place."""
    minority: str
    """The label whose curves are drawn."""
    columns: tuple[Column, ...]
    """Columns of the tables with their roles."""
    accelerate: bool = False
    """Whether scikit-learn-intelex may train the models."""
    weights: tuple[float, ...] | None = None
    """What a balanced row of each class counts for; None if they have no weights."""


@dataclass(frozen=True)
class Tables:
    """Rows, already cut to the cap of the config."""

    asis: pa.Table
    """Training rows as they were."""
    balanced: pa.Table
    """Training rows as balanced."""
    holdout: pa.Table
    capped: bool = False
    """Whether rows were left out of any of them."""


@dataclass(frozen=True)
class _Setting:
    """What all models of an evaluation share."""

    config: EvaluationConfig
    problem: Problem
    seed: int


def evaluate(
    config: EvaluationConfig, problem: Problem, tables: Tables, seed: int
) -> Evaluation:
    """Train on both training sets and score both on the holdout.

    Between the two stands the cheapest remedy: the baseline with its threshold moved to
    the prior.

    Args:
        config: Evaluator (not none), metric, trees, resamples, confidence.
        problem: What is predicted from what.
        tables: The rows; every label is one of the problem's.
        seed: Of the models and of the bootstrap.

    Returns:
        The models baseline, threshold_moved and balanced, in this order, with the
        difference of balanced to baseline. It helped if the interval says so, and the
        balanced model knows anything at all.

    Raises:
        NotComparableError: The holdout or a training set holds fewer than two classes.
        UserError: No feature columns, or the evaluator's package is not installed.
        ValueError: A label is missing or not one of the problem's.
    """
    y = _codes(problem, tables.holdout, "the holdout")
    setting, holdout = _Setting(config, problem, seed), tables.holdout
    heeded = problem.weights if models.takes_weights(config.evaluator) else None
    baseline = _predict(setting, tables.asis, holdout)
    balanced = _predict(setting, tables.balanced, holdout, heeded)
    difference, interval = paired_interval(y, baseline, balanced, config, seed)
    guessed = _guessed(setting, interval, y, balanced)
    compared = (
        ("baseline", baseline, tables.asis),
        ("threshold_moved", _moved(baseline, problem, tables.asis), tables.asis),
        ("balanced", balanced, tables.balanced),
    )
    return Evaluation(
        evaluator=config.evaluator,
        metric=config.metric,
        labels=problem.labels,
        minority=problem.minority,
        holdout_rows=len(y),
        capped=tables.capped,
        accelerated=problem.accelerate and models.can_accelerate(config.evaluator),
        models=tuple(
            _judge(name, problem, y, prediction, train.num_rows)
            for name, prediction, train in compared
        ),
        difference=difference,
        interval=interval,
        confidence=config.confidence,
        verdict="no difference" if guessed else verdict(interval),
        notes=(*_notes(problem, y), *_unheeded(config, problem), *guessed),
    )


def _codes(problem: Problem, table: pa.Table, side: str) -> Codes:
    codes = encode(table.column(problem.target), problem.labels)
    if (codes < 0).any():
        raise ValueError(f"{side} holds a label that is not one of {problem.labels}")
    if len(np.unique(codes)) < 2:  # noqa: PLR2004 - one class is no choice
        raise NotComparableError(
            f"{side} has rows of fewer than two classes, so no models can be compared"
        )
    return codes


def _predict(
    setting: _Setting,
    train: pa.Table,
    holdout: pa.Table,
    weights: tuple[float, ...] | None = None,
) -> Prediction:
    config, problem = setting.config, setting.problem
    codes = _codes(problem, train, "a training set")
    model = models.make(
        config.evaluator,
        config.trees,
        setting.seed,
        problem.columns,
        accelerate=problem.accelerate,
    )
    probabilities = models.fit_predict(
        model,
        to_frame(train, problem.columns),
        codes,
        to_frame(holdout, problem.columns),
        len(problem.labels),
        weights=None if weights is None else np.array(weights)[codes],
    )
    predicted = probabilities.argmax(axis=1).astype(np.int32)
    return Prediction(probabilities, predicted)


def _moved(baseline: Prediction, problem: Problem, train: pa.Table) -> Prediction:
    codes = encode(train.column(problem.target), problem.labels)
    counts = np.bincount(codes, minlength=len(problem.labels))
    return baseline._replace(codes=move_threshold(baseline.probabilities, counts))


def _judge(
    name: str, problem: Problem, y: Codes, prediction: Prediction, train_rows: int
) -> ModelEvaluation:
    probabilities, predicted = prediction
    positive = problem.labels.index(problem.minority)
    return ModelEvaluation(
        name=name,
        train_rows=train_rows,
        scores=metrics.scores(y, probabilities, predicted),
        per_class=metrics.per_class(y, predicted, problem.labels),
        confusion=metrics.confusion(y, predicted, len(problem.labels)),
        precision_recall=curves.precision_recall(y, probabilities, positive),
        calibration=curves.calibration(y, probabilities, positive),
    )


def _guessed(
    setting: _Setting, interval: Interval, y: Codes, balanced: Prediction
) -> tuple[str, ...]:
    """Say so where a score rose although nothing was learnt."""
    if verdict(interval) != "helped":
        return ()
    if not may_be_chance(y, balanced, setting.config, setting.seed):
        return ()
    said = (
        "The score rose, but the balanced model may know nothing: if the classes were "
        "shuffled, it would do as well. So balancing has not helped."
    )
    return (said,)


def _unheeded(config: EvaluationConfig, problem: Problem) -> tuple[str, ...]:
    if problem.weights is None or models.takes_weights(config.evaluator):
        return ()
    said = (
        f"The evaluator {config.evaluator} takes no weights: the balanced model was "
        "trained on its rows as if all counted alike."
    )
    return (said,)


def _notes(problem: Problem, y: Codes) -> tuple[str, ...]:
    rows = np.bincount(y, minlength=len(problem.labels))
    unseen = [name for name, n in zip(problem.labels, rows, strict=True) if n == 0]
    absent = "Left out of macro averages, for the holdout has no rows of them"
    return (f"{absent}: {', '.join(unseen)}.",) if unseen else ()
