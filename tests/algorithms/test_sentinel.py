"""Who learns nothing from noise passes; who resamples before the split is caught."""

import functools

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from schemas.config import TournamentConfig
from schemas.records import Scores
from schemas.tournament import Candidate, Fold, Match, MatchResult
from tasks.algorithms.sentinel import judge

CONFIG = TournamentConfig(folds=5, repeats=1)
TREES = 20
SAMPLERS = {"random_over": RandomOverSampler, "smote": SMOTE}


def results(areas: list[float | None]) -> list[MatchResult]:
    candidate = Candidate(approach="none", learner="random_forest")
    return [
        MatchResult(
            match=Match(
                candidate=candidate, fold=Fold(repeat=0, fold=fold), permuted=True
            ),
            train_rows=1_600,
            validation_rows=400,
            fit_seconds=0,
            scores=Scores(
                macro_f1=0,
                balanced_accuracy=0,
                g_mean=0,
                mcc=0,
                roc_auc=area,
                average_precision=None,
                brier=0,
                log_loss=0,
            ),
            calibration_intercept=None,
            calibration_slope=None,
            expected_calibration_error=0,
        )
        for fold, area in enumerate(areas)
    ]


@functools.cache
def noise(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw 2,000 rows of 20 columns, 5 % of them positive, that tell nothing."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(2_000, 20)), (rng.random(2_000) < 0.05).astype(int)


def areas(x: np.ndarray, y: np.ndarray, model: BaseEstimator) -> list[float | None]:
    found: list[float | None] = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
        model.fit(x[train], y[train])
        found.append(roc_auc_score(y[test], model.predict_proba(x[test])[:, 1]))
    return found


def forest() -> BaseEstimator:
    return RandomForestClassifier(TREES, random_state=0)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_resampling_before_the_split_is_caught(sampler: str) -> None:
    x, y = SAMPLERS[sampler](random_state=0).fit_resample(*noise())
    found = judge(results(areas(x, y, forest())), CONFIG)
    assert not found.passed
    assert found.roc_auc.mean > 0.99
    assert found.roc_auc.interval[0] > 0.9
    assert "before the split" in found.suspects[0]
    assert "--group" in found.suspects[1]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_resampling_inside_the_fold_passes(sampler: str) -> None:
    steps = [("sampler", SAMPLERS[sampler](random_state=0)), ("model", forest())]
    found = judge(results(areas(*noise(), Pipeline(steps))), CONFIG)
    assert found.passed
    assert found.roc_auc.mean == pytest.approx(0.5, abs=0.06)
    assert found.suspects == ()


def test_honest_folds_fail_less_often_than_once_in_a_hundred() -> None:
    """Areas of ranks drawn at random, as of 20 positive rows in folds of 400."""
    ranks = np.random.default_rng(0).random((300, 15, 400)).argsort().argsort()
    drawn = (ranks[..., :20].sum(axis=2) - 190) / (20 * 380)  # Mann and Whitney
    passed = [judge(results(row), TournamentConfig()).passed for row in drawn.tolist()]
    assert sum(passed) >= 297


def test_suspects_of_the_data_are_told_in_any_case() -> None:
    assert judge(results([0.4, 0.6]), CONFIG, ("a copy",)).suspects == ("a copy",)
    grouped = TournamentConfig(group="customer")
    assert len(judge(results([1.0, 1.0]), grouped, ("a copy",)).suspects) == 2


@pytest.mark.parametrize("known", [[], [None], [None, 1.0]])
def test_without_two_areas_nothing_is_known(known: list[float | None]) -> None:
    found = judge(results(known), CONFIG)
    assert found.passed
    assert found.roc_auc.interval == (0, 1)
