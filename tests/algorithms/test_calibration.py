"""Laws of the prior correction, then what users are told."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.strategy import StrategyKind
from tasks.algorithms.calibration import (
    correct_priors,
    correction_for,
    move_threshold,
)

Floats = npt.NDArray[np.float64]
Case = tuple[Floats, Floats, Floats]


@st.composite
def cases(draw: st.DrawFn, classes: int | None = None) -> Case:
    """Draw probabilities of some rows and two priors, all positive."""
    width = classes or draw(st.integers(2, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    one, other = rng.dirichlet(np.full(width, 2.0), 2) * 0.99 + 0.01 / width
    return rng.dirichlet(np.ones(width), draw(st.integers(1, 30))), one, other


@given(cases())
def test_the_result_is_a_distribution(case: Case) -> None:
    corrected = correct_priors(*case)
    assert (corrected >= 0).all()
    np.testing.assert_allclose(corrected.sum(axis=1), 1)


@given(cases())
def test_equal_priors_change_nothing(case: Case) -> None:
    probabilities, prior, _ = case
    np.testing.assert_allclose(
        correct_priors(probabilities, prior, prior), probabilities
    )


@given(cases())
def test_it_is_its_own_inverse_with_priors_swapped(case: Case) -> None:
    probabilities, one, other = case
    back = correct_priors(correct_priors(probabilities, one, other), other, one)
    np.testing.assert_allclose(back, probabilities, atol=1e-12)


@given(cases(classes=2))
def test_two_classes_keep_their_ranking(case: Case) -> None:
    probabilities, *_ = case
    by_rank = probabilities[np.argsort(probabilities[:, 1])]
    assert (np.diff(correct_priors(by_rank, *case[1:])[:, 1]) >= 0).all()


@given(st.floats(0.01, 0.99), st.floats(0.01, 1), st.floats(0.01, 0.5))
def test_two_classes_follow_dal_pozzolo(p_s: float, beta: float, share: float) -> None:
    """Beta is the share of the majority that undersampling kept."""
    real = np.array([1 - share, share])
    train = np.array([beta * (1 - share), share])
    corrected = correct_priors(np.array([[1 - p_s, p_s]]), train / train.sum(), real)
    assert corrected[0, 1] == pytest.approx(beta * p_s / (beta * p_s - p_s + 1))


@given(cases())
def test_bayes_under_one_prior_becomes_bayes_under_the_other(case: Case) -> None:
    likelihoods, train, real = case
    learnt, wanted = likelihoods * train, likelihoods * real
    np.testing.assert_allclose(
        correct_priors(learnt / learnt.sum(axis=1, keepdims=True), train, real),
        wanted / wanted.sum(axis=1, keepdims=True),
    )


@given(cases(), st.integers(1, 10**6))
def test_moving_the_threshold_is_correcting_to_even_priors(
    case: Case, rows: int
) -> None:
    probabilities, prior, _ = case
    counts = np.ceil(prior * rows).astype(np.intp)
    even = np.full(len(prior), 1 / len(prior))
    corrected = correct_priors(probabilities, counts / counts.sum(), even)
    chosen = corrected[np.arange(len(corrected)), move_threshold(probabilities, counts)]
    np.testing.assert_allclose(chosen, corrected.max(axis=1))


def test_a_class_without_training_rows_is_never_predicted() -> None:
    probabilities = np.array([[0.0, 0.6, 0.4], [0.0, 0.9, 0.1]])
    assert move_threshold(probabilities, np.array([0, 8, 2])).tolist() == [2, 1]


@pytest.mark.parametrize("priors", [([0, 1], [0.5, 0.5]), ([0.5, 0.5], [1, 0])])
def test_a_prior_of_zero_is_refused(priors: tuple[list[float], list[float]]) -> None:
    train, real = (np.array(prior, np.float64) for prior in priors)
    with pytest.raises(ValueError, match="priors must be positive"):
        correct_priors(np.array([[0.5, 0.5]]), train, real)


@pytest.mark.parametrize(
    ("strategy", "safe"),
    [
        (StrategyKind.NONE, True),
        (StrategyKind.RANDOM_UNDER, True),
        (StrategyKind.WEIGHTS, True),
        (StrategyKind.RANDOM_OVER, False),
        (StrategyKind.SMOTE, False),
        (StrategyKind.SMOTE_UNDER, False),
        (StrategyKind.SAMPLER, False),
    ],
)
def test_the_formula_is_safe_where_rows_were_only_dropped(
    strategy: StrategyKind, *, safe: bool
) -> None:
    correction = correction_for(strategy)
    assert correction.safe is safe
    assert "prior_before_c / prior_after_c" in correction.formula
    assert ("Calibrate on rows that were not resampled" in correction.note) is not safe


def test_auto_has_no_correction() -> None:
    with pytest.raises(ValueError, match="auto is decided"):
        correction_for(StrategyKind.AUTO)


def test_weights_are_named_where_there_are_any() -> None:
    plain = correction_for(StrategyKind.RANDOM_UNDER)
    weighted = correction_for(StrategyKind.RANDOM_UNDER, "w")
    assert "weights" not in plain.note
    assert "'w'" in weighted.note
    assert "'w'" in correction_for(StrategyKind.WEIGHTS, "w").note
