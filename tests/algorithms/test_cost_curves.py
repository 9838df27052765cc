"""A cost curve of many folds lies in their middle."""

import numpy as np
import pytest

from tasks.algorithms.cost_curves import cost_curves
from tests import matches
from tests.matches import candidate

NONE, SMOTE = candidate("none"), candidate("smote", 0.5)


def test_a_cost_curve_is_the_mean_of_those_of_the_folds() -> None:
    made = matches.results({NONE: 0.0, SMOTE: 0.1})

    curves = cost_curves(made)

    scores = [one.scores.macro_f1 for one in made if one.match.candidate == SMOTE]
    assert curves[SMOTE].y[1] == pytest.approx(0.9 - np.mean(scores))


def test_permuted_labels_and_candidates_without_curves_have_none() -> None:
    made = matches.results({NONE: 0.0, SMOTE: 0.1})
    permuted = [
        one.model_copy(
            update={"match": one.match.model_copy(update={"permuted": True})}
        )
        for one in made
    ]
    bare = [one.model_copy(update={"cost_curve": None}) for one in made]

    assert cost_curves([*permuted, *bare]) == {}
