"""Who learns nothing from noise passes; who resamples before the split is caught."""

import numpy as np
import pyarrow as pa
import pytest

from schemas.contest import TournamentConfig
from schemas.evaluation import EvaluatorKind
from schemas.scores import Scores
from schemas.tournament import Candidate, Fold, Match, MatchResult
from tasks.algorithms.learner import Rules
from tasks.algorithms.sentinel import judge
from tasks.algorithms.tournament import play, set_up
from tests.honesty import balanced, labelled, noise, problem_of

CONFIG = TournamentConfig(folds=5, repeats=1)
STRATEGIES = pytest.mark.parametrize("strategy", ["random_over", "smote"])


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


def learnt(table: pa.Table, approach: str) -> list[MatchResult]:
    """Learn to tell labels from features in each fold."""
    arena = set_up(table, problem_of(table), CONFIG, Rules(trees=20), 0)
    candidate = Candidate.model_validate(
        {
            "approach": approach,
            "ratio": None if approach == "none" else 1,
            "learner": EvaluatorKind.RANDOM_FOREST,
        }
    )
    folds = [Fold(repeat=0, fold=fold) for fold in range(CONFIG.folds)]
    matches = [Match(candidate=candidate, fold=fold) for fold in folds]
    return [play(match, arena, lambda: 0.0) for match in matches]


@pytest.fixture(scope="module")
def nothing() -> pa.Table:
    """Draw 2,000 rows of 20 columns, 5 % of them positive, that tell nothing."""
    return labelled(noise(2_000, 20, 0), 0, share=0.05)


@STRATEGIES
def test_resampling_before_the_split_is_caught(
    strategy: str, nothing: pa.Table
) -> None:
    found = judge(learnt(balanced(nothing, strategy, 0), "none"), CONFIG)
    assert not found.passed
    assert found.roc_auc.mean > 0.99
    assert found.roc_auc.interval[0] > 0.9
    assert "before the split" in found.suspects[0]
    assert "--group" in found.suspects[1]


@STRATEGIES
def test_resampling_inside_the_fold_passes(strategy: str, nothing: pa.Table) -> None:
    found = judge(learnt(nothing, strategy), CONFIG)
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
