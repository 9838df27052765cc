"""The balanced model with its probabilities brought back to the real priors.

By the formula where that suffices, else by calibration on rows that were spared. When
it suffices is said in calibration, which rows are spared in sparing.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from tasks.algorithms import models
from tasks.algorithms.calibration import correct_priors
from tasks.algorithms.captions import quoted
from tasks.algorithms.contest import (
    Contest,
    Tables,
    fitting_weights,
    heeded_weights,
    known_codes,
    most_likely,
    new_model,
)
from tasks.algorithms.features import to_frame
from tasks.algorithms.intervals import Prediction
from tasks.algorithms.labels import encode
from tasks.algorithms.steady import steady

ENOUGH = 10
"""Spared rows that each class needs: a sigmoid has two parameters."""


_WIDTH = 40  # cells of a label


class Remedied(NamedTuple):
    """A remedy that could be taken."""

    name: str
    """corrected or calibrated."""
    prediction: Prediction
    train_rows: int


def remedy(
    contest: Contest, tables: Tables, balanced: Prediction
) -> tuple[Remedied | None, tuple[str, ...]]:
    """Bring the probabilities of the balanced model back, in the way that is right.

    Args:
        contest: Says how the priors were moved, and whether rows were spared.
        tables: The rows.
        balanced: What the balanced model says.

    Returns:
        The remedy; None where there is nothing to correct, or too little to calibrate
        on: then a note says so.
    """
    if contest.problem.spared is None:
        corrected = _corrected(contest, balanced)
        rows = tables.balanced.num_rows
        return (Remedied("corrected", corrected, rows) if corrected else None), ()
    mine = _unspared(tables.balanced, contest.problem.spared)
    apart = tables.asis.filter(tables.asis.column(contest.problem.spared))
    if lack := _lack(contest, mine, apart):
        return None, (lack,)
    calibrated = _calibrated(contest, mine, apart, tables.holdout)
    return Remedied("calibrated", calibrated, mine.num_rows), ()


def _corrected(contest: Contest, balanced: Prediction) -> Prediction | None:
    """Use the formula; None if the model has learnt the real priors already."""
    if not contest.problem.before:
        return None
    before = np.array(contest.problem.before, np.float64)
    rows = np.array(contest.problem.after) * np.array(heeded_weights(contest) or 1)
    after = models.learnt_counts(contest.config.evaluator, rows)
    real, learnt = before / before.sum(), after / after.sum()
    if np.allclose(real, learnt):
        return None
    return most_likely(correct_priors(balanced.probabilities, learnt, real))


def _unspared(table: pa.Table, column: str) -> pa.Table:
    return table.filter(pa.array(~table.column(column).to_numpy()))


def _lack(contest: Contest, mine: pa.Table, apart: pa.Table) -> str:
    """Say which class has too few rows to calibrate on; else nothing."""
    labels = contest.problem.labels
    learnt, few = (_rows(contest, table) for table in (mine, apart))
    for label, trained_on, set_aside in zip(labels, learnt, few, strict=True):
        if set_aside < ENOUGH or not trained_on:
            return (
                "Not calibrated: of the fifth of the training rows that was set aside "
                f"for it, {set_aside} are of class {quoted(label, _WIDTH)}, fewer "
                f"than {ENOUGH}."
            )
    return ""


def _rows(contest: Contest, table: pa.Table) -> list[int]:
    labels = contest.problem.labels
    codes = encode(table.column(contest.problem.target), labels)
    counts: list[int] = np.bincount(codes, minlength=len(labels)).tolist()
    return counts


def _calibrated(
    contest: Contest, mine: pa.Table, apart: pa.Table, unseen: pa.Table
) -> Prediction:
    """Train without the spared rows and their descendants; fit a sigmoid on the former.

    Source: Platt (1999), Probabilistic outputs for support vector machines; for more
    than two classes each against the rest, as scikit-learn does it.
    """
    columns, model = contest.problem.columns, new_model(contest)
    shown, asked = to_frame(apart, columns), to_frame(unseen, columns)
    true = known_codes(contest.problem, apart, "the spared rows")
    codes = known_codes(contest.problem, mine, "what was not spared")
    classes = len(contest.problem.labels)
    weights = fitting_weights(contest, mine)
    known = to_frame(mine, columns)
    models.fit_predict(model, known, codes, asked, classes, weights=weights)
    everything = np.arange(len(shown))
    calibrated = CalibratedClassifierCV(
        FrozenEstimator(model), method="sigmoid", cv=[(everything, everything)]
    )
    with steady():
        calibrated.fit(shown, true, fitting_weights(contest, apart))
        return most_likely(np.asarray(calibrated.predict_proba(asked)))
