"""Whether a learner learns anything at all: else a gain is but another way to guess.

On pure noise whoever guesses the rare class now and then has a better macro-F1 than
whoever never does. That is a gain, and worth nothing.
"""

import numpy as np

from schemas.evaluation import EvaluatorKind, Metric
from tasks.algorithms.corrected_t import Mean, corrected_t
from tasks.algorithms.match_table import MatchTable

CHANCE = 0.5


def skill(table: MatchTable, learner: EvaluatorKind) -> Mean | None:
    """Measure how much better than guessing a learner ranks rows.

    All that was done about imbalance is averaged in each fold, for that is one test,
    where the best of many would be many.

    Args:
        table: Of all candidates.
        learner: Of some of them.

    Returns:
        ROC-AUC less .5; None where it is undefined in a fold.
    """
    areas = np.mean(
        [
            measures[Metric.ROC_AUC]
            for one, measures in table.measures.items()
            if one.learner == learner
        ],
        axis=0,
    )
    if not np.isfinite(areas).all():
        return None
    return corrected_t(areas - CHANCE, table.overlap, table.level)


def is_guessing(table: MatchTable, learner: EvaluatorKind) -> bool:
    """Tell whether a learner was not shown to do better than guessing.

    Args:
        table: Of all candidates.
        learner: Of some of them.

    Returns:
        False where nothing can be said.
    """
    found = skill(table, learner)
    # Not the p-value: areas of 1 in all of three folds have none below .25.
    return found is not None and found.interval[0] <= 0
