"""Whoever ranks rows as luck would is told so; whoever does better is not."""

import numpy as np
import pytest

from schemas.evaluation import Metric
from tasks.algorithms.match_table import MatchTable
from tasks.algorithms.skill import is_guessing, skill
from tests.matches import FOREST, KNN, candidate

RNG = np.random.default_rng(0)


def _table(areas: dict[str, np.ndarray], learner: str = FOREST) -> MatchTable:
    measures = {
        candidate(approach, None, learner): {"roc_auc": values}  # type: ignore[arg-type]
        for approach, values in areas.items()
    }
    return MatchTable(measures, 0.25, Metric.MACRO_F1, 0.05)


def test_skill_is_the_mean_over_all_that_was_done() -> None:
    found = skill(_table({"none": np.full(5, 0.7), "weights": np.full(5, 0.8)}), FOREST)

    assert found
    assert found.mean == pytest.approx(0.25)


@pytest.mark.parametrize(("area", "guesses"), [(0.5, True), (0.3, True), (0.7, False)])
def test_worse_than_guessing_is_guessing(area: float, guesses: bool) -> None:  # noqa: FBT001 - a parameter
    table = _table({"none": area + 0.02 * RNG.normal(size=15)})

    assert is_guessing(table, FOREST) is guesses


def test_an_area_that_is_undefined_tells_nothing() -> None:
    table = _table({"none": np.array([0.5, np.nan])}, KNN)

    assert skill(table, KNN) is None
    assert not is_guessing(table, KNN)


@pytest.mark.parametrize("folds", [2, 3, 15])
def test_who_is_right_in_every_fold_does_not_guess(folds: int) -> None:
    """However few they are, and though areas that do not vary have no p-value."""
    assert not is_guessing(_table({"none": np.ones(folds)}), FOREST)
    assert is_guessing(_table({"none": np.full(folds, 0.5)}), FOREST)
