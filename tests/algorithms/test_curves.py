"""The curves equal scikit-learn's and stay small enough to draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import precision_recall_curve

from schemas.scores import Curve
from tasks.algorithms.curves import calibration, precision_recall

SEEDS = st.integers(0, 2**32)


@given(SEEDS, st.integers(2, 150), st.integers(1, 20))
def test_few_points_are_all_drawn(seed: int, rows: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    y = np.append([0, 1], rng.integers(0, 2, rows)).astype(np.int32)
    score = rng.integers(0, levels + 1, len(y)) / levels
    precision, recall, _ = precision_recall_curve(y, score)
    curve = precision_recall(y, np.stack([1 - score, score], axis=1), 1)
    np.testing.assert_allclose(curve.x, recall[::-1], atol=1e-12)
    np.testing.assert_allclose(curve.y, precision[::-1], atol=1e-12)


@given(SEEDS, st.integers(10, 300), st.integers(1, 1000))
def test_calibration_equals_scikit_learn(seed: int, rows: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    y = np.append([0, 1], rng.integers(0, 2, rows)).astype(np.int32)
    score = rng.integers(0, levels + 1, len(y)) / levels
    share, mean = calibration_curve(y, score, n_bins=10, strategy="quantile")
    curve = calibration(y, np.stack([1 - score, score], axis=1), 1)
    np.testing.assert_allclose(curve.x, mean, atol=1e-12)
    np.testing.assert_allclose(curve.y, share, atol=1e-12)


@given(SEEDS)
def test_many_points_are_thinned_and_keep_their_ends(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, 2000).astype(np.int32)
    probabilities = rng.dirichlet(np.ones(3), 2000)
    curve = precision_recall(y, probabilities, 2)
    assert len(curve.x) == len(curve.y) == 200
    assert list(curve.x) == sorted(curve.x)
    assert (curve.x[0], curve.y[0]) == (0, 1)
    assert curve.x[-1] == 1
    assert curve.y[-1] == pytest.approx(np.mean(y == 2))
    assert len(calibration(y, probabilities, 2).x) == 10


def test_a_class_without_rows_has_no_curve_but_a_calibration() -> None:
    y = np.array([0, 1], np.int32)
    probabilities = np.array([[0.6, 0.3, 0.1], [0.5, 0.3, 0.2]])
    assert precision_recall(y, probabilities, 2) == Curve(x=(), y=())
    assert calibration(y, probabilities, 2).y == (0, 0)
