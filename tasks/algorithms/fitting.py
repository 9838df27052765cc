"""One candidate, fitted to training rows and asked about others.

Everything is learnt from the training rows: resampling, imputation, encoding, weights,
thresholds and corrections. How the answers are scored is in tournament.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.contest import Approach
from schemas.evaluation import EvaluatorKind
from schemas.tournament import Candidate
from tasks.algorithms import models
from tasks.algorithms.calibration import correct_priors, move_threshold
from tasks.algorithms.contest import Problem, most_likely
from tasks.algorithms.decide import RESAMPLED
from tasks.algorithms.features import to_frame
from tasks.algorithms.folds import Groups
from tasks.algorithms.infold import balanced
from tasks.algorithms.intervals import Prediction
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.learner import Learner, Rules, out_of_fold
from tasks.algorithms.models import Floats
from tasks.algorithms.steady import steady
from tasks.algorithms.tuning import best_threshold
from tasks.algorithms.weighting import balancing

_BINARY = 2


class Sides(NamedTuple):
    """A split of rows; each has a label."""

    train: pa.Table
    validation: pa.Table
    groups: Groups | None = None
    """Of the training rows: which of them belong together."""


class Answer(NamedTuple):
    """What a fitted candidate says of the validation rows."""

    prediction: Prediction
    train_rows: int
    """After resampling."""
    threshold: float | None = None
    """Of the minority's probability, where one was tuned."""


def fit(
    candidate: Candidate, sides: Sides, problem: Problem, rules: Rules, seed: int
) -> Answer:
    """Fit a candidate to the training side and ask it about the other.

    Args:
        candidate: Approach, ratio and learner.
        sides: The rows.
        problem: Target, labels, minority, and the role of every column of the rows.
        rules: What all candidates have in common.
        seed: Of resampling and model, 0 <= seed < 2**63.

    Returns:
        Probabilities and classes of the validation rows.

    Raises:
        UserError: No feature columns, or the learner's package is not installed.
    """
    with steady():
        return _answer(candidate, sides, problem, rules, seed)


def _answer(
    candidate: Candidate, sides: Sides, problem: Problem, rules: Rules, seed: int
) -> Answer:
    before = _codes(sides.train, problem)
    train = _resampled(candidate, sides.train, problem, rules, seed)
    codes = _codes(train, problem)
    counts = np.bincount(codes, minlength=len(problem.labels))
    asked = Learner(candidate.learner, problem, rules, seed)
    weights = None
    if candidate.approach is Approach.WEIGHTS:
        left = np.isin(problem.labels, rules.strategy.leave)
        weights = balancing(counts, left)[codes]
    weights = asked.weights(train, weights)
    frame = to_frame(sides.validation, problem.columns)
    probabilities = asked.probabilities(
        to_frame(train, problem.columns), codes, frame, weights
    )
    if candidate.approach is Approach.THRESHOLD:
        return _moved(probabilities, sides, asked, before)
    if candidate.approach is Approach.RANDOM_UNDER_CORRECTED:
        probabilities = _corrected(probabilities, codes, before, candidate.learner)
    return Answer(most_likely(probabilities), len(codes))


def _codes(rows: pa.Table, problem: Problem) -> Codes:
    return encode(rows.column(problem.target), problem.labels)


def _resampled(
    candidate: Candidate, rows: pa.Table, problem: Problem, rules: Rules, seed: int
) -> pa.Table:
    kind = RESAMPLED.get(candidate.approach)
    if kind is None:
        return rows
    chosen = {"kind": kind, "ratio": candidate.ratio or 1.0, "name": candidate.sampler}
    return balanced(rows, problem, rules.strategy.model_copy(update=chosen), seed)


def _corrected(
    probabilities: Floats, codes: Codes, before: Codes, learner: EvaluatorKind
) -> Floats:
    """Go back to the priors of the training rows; classes without rows stay at 0."""
    classes = probabilities.shape[1]
    after, real = (np.bincount(c, minlength=classes) for c in (codes, before))
    learnt = models.learnt_counts(learner, after)
    seen = real > 0
    corrected = np.zeros_like(probabilities)
    corrected[:, seen] = correct_priors(
        probabilities[:, seen], learnt[seen] / learnt.sum(), real[seen] / len(before)
    )
    return corrected


def _moved(probabilities: Floats, sides: Sides, asked: Learner, codes: Codes) -> Answer:
    """Tune the threshold for two classes; move it to the priors for more.

    So it is, too, for two where one has a single row to tune on.
    """
    counts = np.bincount(codes, minlength=probabilities.shape[1])
    if len(counts) != _BINARY or counts.min() < _BINARY:
        learnt = models.learnt_counts(asked.learner, counts)
        moved = Prediction(probabilities, move_threshold(probabilities, learnt))
        return Answer(moved, len(codes))
    minority = asked.problem.labels.index(asked.problem.minority)
    unseen = out_of_fold(asked, sides.train, codes, sides.groups)[:, minority]
    threshold = best_threshold(codes == minority, unseen, asked.rules.metric)
    claimed = probabilities[:, minority] >= threshold
    predicted = np.where(claimed, minority, 1 - minority).astype(np.int32)
    return Answer(Prediction(probabilities, predicted), len(codes), threshold)
