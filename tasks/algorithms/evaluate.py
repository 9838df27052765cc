"""The data as it was against the data as balanced, on one untouched holdout.

Which rows are read, and what is done when they cannot be compared, is the caller's.
"""

import numpy as np
import pyarrow as pa

from schemas.evaluation import EvaluationConfig
from schemas.verdict import Evaluation, ModelEvaluation
from tasks.algorithms import curves, metrics, models
from tasks.algorithms.calibration import move_threshold
from tasks.algorithms.captions import quoted
from tasks.algorithms.chance import may_be_chance
from tasks.algorithms.classifiers import can_accelerate
from tasks.algorithms.contest import (
    Contest,
    Problem,
    Tables,
    heeded_weights,
    known_codes,
    predict,
)
from tasks.algorithms.folds import group_codes
from tasks.algorithms.group_intervals import FEWEST, paired_group_interval
from tasks.algorithms.intervals import (
    Interval,
    Prediction,
    paired_interval,
    verdict,
)
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.remedies import remedy
from tasks.algorithms.split_words import interval_note

_SHOWN, _WIDTH = 20, 40  # labels that are named, and cells of each


def evaluate(
    config: EvaluationConfig, problem: Problem, tables: Tables, seed: int
) -> Evaluation:
    """Train on both training sets and score both on the holdout.

    Between the two stands the cheapest remedy: the baseline with its threshold moved to
    the prior. After them comes the balanced model with its probabilities brought back
    to the real priors, where they were moved.

    Args:
        config: Evaluator (not none), metric, trees, resamples, confidence.
        problem: What is predicted from what.
        tables: The rows; every label is one of the problem's.
        seed: Of the models and of the bootstrap.

    Returns:
        The models baseline, threshold_moved, balanced, and corrected or calibrated (see
        remedies), in this order, with the difference of balanced to baseline. It helped
        if the interval says so, and the balanced model knows anything at all.

    Raises:
        NotComparableError: The holdout or a training set holds fewer than two classes.
        UserError: No feature columns, or the evaluator's package is not installed.
        ValueError: A label is missing or not one of the problem's.
    """
    y = known_codes(problem, tables.holdout, "the holdout")
    contest, holdout = Contest(config, problem, seed), tables.holdout
    baseline = predict(contest, tables.asis, holdout)
    weights = heeded_weights(contest)
    balanced = predict(contest, tables.balanced, holdout, weights)
    difference, interval, drawn = _interval(contest, holdout, y, (baseline, balanced))
    guessed = _guessed(contest, interval, y, balanced)
    remedied, lack = remedy(contest, tables, balanced)
    moved = _moved(baseline, contest, tables.asis)
    compared = (
        ("baseline", baseline, tables.asis.num_rows),
        ("threshold_moved", moved, tables.asis.num_rows),
        ("balanced", balanced, tables.balanced.num_rows),
        *([remedied] if remedied else []),
    )
    return Evaluation(
        evaluator=config.evaluator,
        metric=config.metric,
        labels=problem.labels,
        minority=problem.minority,
        holdout_rows=len(y),
        capped=tables.capped,
        accelerated=problem.accelerate and can_accelerate(config.evaluator),
        models=tuple(
            _judge(name, problem, y, prediction, rows)
            for name, prediction, rows in compared
        ),
        difference=difference,
        interval=interval,
        confidence=config.confidence,
        verdict="no difference" if guessed else verdict(interval),
        notes=(*_notes(config, problem, y), *drawn, *guessed, *lack),
    )


def _interval(
    contest: Contest, holdout: pa.Table, y: Codes, models: tuple[Prediction, Prediction]
) -> tuple[float, Interval, tuple[str, ...]]:
    """Measure the difference by rows or by groups, and say so if there are groups."""
    config, seed, column = contest.config, contest.seed, contest.problem.group
    if column is None:
        return *paired_interval(y, *models, config, seed), ()
    groups = group_codes(holdout.column(column))
    count = len(np.unique(groups))
    said = interval_note(column, count, FEWEST)
    if count < FEWEST:
        return *paired_interval(y, *models, config, seed), (said,)
    return *paired_group_interval(y, models, groups, config, seed), (said,)


def _moved(baseline: Prediction, contest: Contest, train: pa.Table) -> Prediction:
    labels = contest.problem.labels
    codes = encode(train.column(contest.problem.target), labels)
    counts = np.bincount(codes, minlength=len(labels))
    learnt = models.learnt_counts(contest.config.evaluator, counts)
    return baseline._replace(codes=move_threshold(baseline.probabilities, learnt))


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
    contest: Contest, interval: Interval, y: Codes, balanced: Prediction
) -> tuple[str, ...]:
    """Say so where a score rose although nothing was learnt."""
    if verdict(interval) != "helped":
        return ()
    if not may_be_chance(y, balanced, contest.config, contest.seed):
        return ()
    said = (
        "The score rose, but the balanced model may know nothing: if the classes were "
        "shuffled, it would do as well. So balancing has not helped."
    )
    return (said,)


def _unheeded(config: EvaluationConfig, problem: Problem) -> tuple[str, ...]:
    own = any(column.role == "weight" for column in problem.columns)
    if models.takes_weights(config.evaluator) or not (own or problem.weights):
        return ()
    which = "every model" if own else "the balanced model"
    said = (
        f"The evaluator {config.evaluator} takes no weights: {which} was trained on "
        "its rows as if all counted alike."
    )
    return (said,)


def _notes(config: EvaluationConfig, problem: Problem, y: Codes) -> tuple[str, ...]:
    rows = np.bincount(y, minlength=len(problem.labels))
    unseen = [name for name, n in zip(problem.labels, rows, strict=True) if n == 0]
    absent = "Left out of macro averages, for the holdout has no rows of them"
    named, more = (
        ", ".join(quoted(label, _WIDTH) for label in unseen[:_SHOWN]),
        len(unseen) - _SHOWN,
    )
    end = f" and {more:,} more" if more > 0 else ""
    told = (f"{absent}: {named}{end}.",) if unseen else ()
    return (*told, *_unheeded(config, problem))
