"""What is compared in an evaluation, and one model of it. The comparison is evaluate's.

Which rows are read, and what is done when they cannot be compared, is the caller's.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sklearn.pipeline import Pipeline

from schemas.evaluation import EvaluationConfig
from schemas.survey import Column
from tasks.algorithms import models
from tasks.algorithms.features import to_frame
from tasks.algorithms.intervals import Floats, Prediction
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.row_weights import row_weights


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
    before: tuple[int, ...] = ()
    """Training rows of each class as they were; not given, no prior is corrected."""
    after: tuple[int, ...] = ()
    """Training rows of each class as balanced."""
    spared: str | None = None
    """Column that marks training rows to calibrate on, and their descendants; None if
    the formula suffices."""
    group: str | None = None
    """Column that tells which rows of the holdout are alike; None if each row stands
    for itself."""


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
class Contest:
    """What all models of an evaluation share."""

    config: EvaluationConfig
    problem: Problem
    seed: int


def known_codes(problem: Problem, table: pa.Table, side: str) -> Codes:
    """Read the classes of a table, two of them or more.

    Raises:
        NotComparableError: It holds fewer.
        ValueError: A label is missing or not one of the problem's.
    """
    codes = encode(table.column(problem.target), problem.labels)
    if (codes < 0).any():
        raise ValueError(f"{side} holds a label that is not one of {problem.labels}")
    if len(np.unique(codes)) < 2:  # noqa: PLR2004 - one class is no choice
        raise NotComparableError(
            f"{side} has rows of fewer than two classes, so no models can be compared"
        )
    return codes


def new_model(contest: Contest) -> Pipeline:
    """Make an unfitted model; all of a contest are alike.

    Raises:
        UserError: No feature columns, or the evaluator's package is not installed.
    """
    config, problem = contest.config, contest.problem
    return models.make(
        config.evaluator,
        config.trees,
        contest.seed,
        problem.columns,
        encoding=config.encoding,
        accelerate=problem.accelerate,
    )


def predict(
    contest: Contest,
    train: pa.Table,
    unseen: pa.Table,
    weights: tuple[float, ...] | None = None,
) -> Prediction:
    """Train a model and ask it.

    Args:
        contest: What is predicted, and by which kind of model.
        train: Rows of two classes or more.
        unseen: Rows to predict.
        weights: What a row of each class counts for; all alike when not given.
    """
    problem = contest.problem
    codes = known_codes(problem, train, "a training set")
    given = None if weights is None else np.array(weights)[codes]
    probabilities = models.fit_predict(
        new_model(contest),
        to_frame(train, problem.columns),
        codes,
        to_frame(unseen, problem.columns),
        len(problem.labels),
        weights=fitting_weights(contest, train, given),
    )
    return most_likely(probabilities)


def fitting_weights(
    contest: Contest, train: pa.Table, given: Floats | None = None
) -> Floats | None:
    """Give what training rows count for; None if the model takes no weights."""
    takes = models.takes_weights(contest.config.evaluator)
    return row_weights(train, contest.problem.columns, given) if takes else None


def most_likely(probabilities: Floats) -> Prediction:
    """Predict for each row the class of the highest probability."""
    return Prediction(probabilities, probabilities.argmax(axis=1).astype(np.int32))


def heeded_weights(contest: Contest) -> tuple[float, ...] | None:
    """Give the weights of balanced rows, if there are any and the model takes them."""
    takes = models.takes_weights(contest.config.evaluator)
    return contest.problem.weights if takes else None
