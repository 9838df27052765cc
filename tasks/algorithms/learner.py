"""A learner of the tournament: a model that is made anew for each set of rows.

Which rows it gets, resampled or not, is for fitting to say.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from schemas.evaluation import Encoding, EvaluatorKind, Metric
from schemas.strategy import Strategy
from tasks.algorithms import models
from tasks.algorithms.contest import Problem
from tasks.algorithms.features import to_frame
from tasks.algorithms.folds import Groups, part
from tasks.algorithms.labels import Codes
from tasks.algorithms.models import Floats
from tasks.algorithms.row_weights import row_weights

INNER_FOLDS = 5
"""Parts of the training rows that a threshold is tuned on, at most."""
_FORESTS = {EvaluatorKind.RANDOM_FOREST, EvaluatorKind.BALANCED_RANDOM_FOREST}


@dataclass(frozen=True)
class Rules:
    """What all candidates have in common."""

    metric: Metric = Metric.MACRO_F1
    """What a threshold is tuned for."""
    trees: int = 100
    """Trees of a forest, or rounds of boosting."""
    encoding: Encoding = Encoding.AUTO
    """What categories become."""
    strategy: Strategy = field(default_factory=Strategy)
    """Neighbours, the cap on growth and classes to leave; its kind and ratio are the
    candidate's."""
    cost_fp: float | None = None
    """Cost of taking a row for one of the minority class."""
    cost_fn: float | None = None
    """Cost of missing one; both or neither."""


@dataclass(frozen=True)
class Learner:
    """A model to be made anew for each set of rows."""

    learner: EvaluatorKind
    problem: Problem
    rules: Rules
    seed: int

    def weights(self, rows: pa.Table, given: Floats | None = None) -> Floats | None:
        """Tell what each row counts for: what the source says, times what is given."""
        takes = models.takes_weights(self.learner)
        return row_weights(rows, self.problem.columns, given) if takes else None

    def probabilities(
        self,
        features: pd.DataFrame,
        codes: Codes,
        unseen: pd.DataFrame,
        weights: Floats | None = None,
    ) -> Floats:
        """Fit a model to rows and predict those it did not see, as `fit_predict`."""
        model = models.make(
            self.learner,
            self.rules.trees,
            self.seed,
            self.problem.columns,
            encoding=self.rules.encoding,
            accelerate=self.problem.accelerate,
        )
        if self.learner in _FORESTS:
            model.set_params(model__n_jobs=1)  # matches are what runs side by side
        return models.fit_predict(
            model, features, codes, unseen, len(self.problem.labels), weights=weights
        )


def out_of_fold(
    asked: Learner, rows: pa.Table, codes: Codes, groups: Groups | None
) -> Floats:
    """Predict each training row by a model that did not see it, nor its group.

    Args:
        asked: Makes the models.
        rows: Training rows.
        codes: Their classes, each of two rows or more.
        groups: Which rows belong together, if any do.

    Returns:
        Probabilities, shape (rows, classes).
    """
    frame = to_frame(rows, asked.problem.columns)
    weights = asked.weights(rows)
    found = np.empty((len(codes), len(asked.problem.labels)))
    parts = min(INNER_FOLDS, int(np.bincount(codes).min()))
    dealt = part(codes, groups, parts, asked.seed % 2**32)
    for fold in np.unique(dealt):
        mine = dealt == fold
        found[mine] = asked.probabilities(
            frame[~mine],
            codes[~mine],
            frame[mine],
            None if weights is None else weights[~mine],
        )
    return found
