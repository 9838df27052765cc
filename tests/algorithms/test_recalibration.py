"""Calibration in numbers: what is right gives 0, 1 and 0, and known wrongs show."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from tasks.algorithms.recalibration import expected_error, intercept, slope

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(-1, 1.5, 20_000)
HAPPENED = RNG.random(20_000) < expit(LOGITS)


def test_right_probabilities_are_told_to_be_right() -> None:
    right = expit(LOGITS)
    assert intercept(HAPPENED, right) == pytest.approx(0, abs=0.05)
    assert slope(HAPPENED, right) == pytest.approx(1, abs=0.05)
    assert expected_error(HAPPENED, right) < 0.01


@pytest.mark.parametrize("shift", [-3.0, 0.7])
def test_a_shift_of_all_logits_is_the_intercept(shift: float) -> None:
    exact, wrong = intercept(HAPPENED, expit(LOGITS)), expit(LOGITS - shift)
    assert exact is not None
    assert intercept(HAPPENED, wrong) == pytest.approx(exact + shift, abs=1e-6)
    assert slope(HAPPENED, wrong) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("factor", [0.25, 3.0])
def test_a_stretch_of_all_logits_is_the_slope(factor: float) -> None:
    assert slope(HAPPENED, expit(LOGITS * factor)) == pytest.approx(
        1 / factor, rel=0.05
    )


def test_the_slope_is_that_of_a_logistic_regression() -> None:
    probabilities = np.clip(expit(LOGITS * 1.7 + 0.3), 1e-6, 1 - 1e-6)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000)
    model.fit(logit(probabilities).reshape(-1, 1), HAPPENED)
    assert slope(HAPPENED, probabilities) == pytest.approx(model.coef_[0, 0], rel=1e-5)


def test_the_expected_error_is_the_mean_gap_of_the_bins() -> None:
    probabilities = np.repeat([0.1, 0.9], 50)
    happened = np.arange(100) % 2 == 0
    assert expected_error(happened, probabilities) == pytest.approx(0.4)


def test_what_cannot_be_fitted_is_none() -> None:
    nobody, some = np.zeros(4, bool), np.array([True, False, True, False])
    half = np.full(4, 0.5)
    assert intercept(nobody, half) is None
    assert slope(nobody, half) is None
    assert slope(some, half) is None
    assert slope(some, some * 0.6 + 0.2) is None  # without fault: no slope is enough
