"""The order metrics equal scikit-learn's, under any weights."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from tasks.algorithms.labels import Codes
from tasks.algorithms.ranking import average_precision, macro, roc_auc

Floats = npt.NDArray[np.float64]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Codes, Floats, Floats]:
    """Draw classes, probabilities with ties, and weights; every class has rows."""
    classes = draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    y = np.append(
        np.arange(classes), rng.integers(0, classes, draw(st.integers(0, 60)))
    )
    parts = rng.multinomial(
        draw(st.integers(1, 1000)), np.ones(classes) / classes, len(y)
    )
    weights = rng.integers(1, 4, len(y)).astype(np.float64)
    return y.astype(np.int32), parts / parts.sum(axis=1, keepdims=True), weights


@given(cases())
def test_roc_auc_equals_scikit_learn(case: tuple[Codes, Floats, Floats]) -> None:
    y, probabilities, weights = case
    asked = probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities
    expected = roc_auc_score(y, asked, multi_class="ovr", sample_weight=weights)
    assert macro(roc_auc, y, probabilities)(weights) == pytest.approx(
        expected, abs=1e-12
    )


@given(cases())
def test_average_precision_equals_scikit_learn(
    case: tuple[Codes, Floats, Floats],
) -> None:
    y, probabilities, weights = case
    expected = np.mean(
        [
            average_precision_score(y == c, probabilities[:, c], sample_weight=weights)
            for c in range(probabilities.shape[1])
        ]
    )
    found = macro(average_precision, y, probabilities)(weights)
    assert found == pytest.approx(expected, abs=1e-12)


@given(cases())
def test_a_weight_is_a_number_of_copies(case: tuple[Codes, Floats, Floats]) -> None:
    y, probabilities, weights = case
    copies = np.repeat(np.arange(len(y)), weights.astype(int))
    for area in (roc_auc, average_precision):
        copied = macro(area, y[copies], probabilities[copies])(np.ones(len(copies)))
        assert macro(area, y, probabilities)(weights) == pytest.approx(
            copied, abs=1e-12
        )


@given(cases())
def test_only_the_order_matters(case: tuple[Codes, Floats, Floats]) -> None:
    y, probabilities, weights = case
    for area in (roc_auc, average_precision):
        moved = macro(area, y, np.exp(3 * probabilities))(weights)
        assert moved == macro(area, y, probabilities)(weights)


def test_classes_without_rows_are_left_out() -> None:
    y = np.array([0, 0, 1, 1], np.int32)
    probabilities = np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3]] * 2)
    kept = macro(roc_auc, y, probabilities)(np.ones(4))
    assert kept == pytest.approx(0.5)


def test_the_highest_level_may_weigh_nothing() -> None:
    positives, negatives = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    assert average_precision(positives, negatives) == 0.5


def test_two_classes_keep_an_order_that_rounding_hides_from_the_first() -> None:
    rare = np.array([1e-20, 1e-18])
    probabilities = np.stack([1 - rare, rare], axis=1)
    y = np.array([0, 1], np.int32)
    assert macro(roc_auc, y, probabilities)(np.ones(2)) == 1
