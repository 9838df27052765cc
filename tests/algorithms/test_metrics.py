"""Every metric equals that of scikit-learn or imbalanced-learn."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.metrics import geometric_mean_score
from sklearn import metrics as sk

from tasks.algorithms.labels import Codes
from tasks.algorithms.metrics import confusion, per_class, scores

Case = tuple[Codes, npt.NDArray[np.float64], Codes]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw classes, probabilities and predictions; some classes may lack rows."""
    classes = draw(st.integers(2, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    present = rng.permutation(classes)[: draw(st.integers(2, classes))]
    y = np.append(present, rng.choice(present, draw(st.integers(0, 60))))
    probabilities = rng.dirichlet(np.full(classes, 0.3), len(y))
    probabilities[rng.random(len(y)) < 0.5] += 3 * np.eye(classes)[0]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted = np.where(rng.random(len(y)) < 0.5, y, probabilities.argmax(axis=1))
    return y.astype(np.int32), probabilities, predicted.astype(np.int32)


@given(cases())
def test_metrics_of_labels_equal_their_oracles(case: Case) -> None:
    y, probabilities, predicted = case
    found, seen = scores(y, probabilities, predicted), np.unique(y)
    f1 = sk.f1_score(y, predicted, labels=seen, average="macro", zero_division=0)
    recall = sk.recall_score(y, predicted, labels=seen, average="macro")
    g_mean = geometric_mean_score(y, predicted, labels=seen)
    assert found.macro_f1 == pytest.approx(f1, abs=1e-12)
    assert found.balanced_accuracy == pytest.approx(recall, abs=1e-12)
    assert found.g_mean == pytest.approx(g_mean, abs=1e-12)
    assert found.mcc == pytest.approx(sk.matthews_corrcoef(y, predicted), abs=1e-12)


@given(cases())
def test_losses_equal_scikit_learn(case: Case) -> None:
    y, probabilities, predicted = case
    found, labels = scores(y, probabilities, predicted), range(probabilities.shape[1])
    brier = sk.brier_score_loss(y, probabilities, labels=list(labels))
    log_loss = sk.log_loss(y, probabilities, labels=list(labels))
    assert found.brier == pytest.approx(brier, abs=1e-12)
    assert found.log_loss == pytest.approx(log_loss, abs=1e-12)


@given(cases())
def test_areas_average_over_the_classes_with_rows(case: Case) -> None:
    y, probabilities, predicted = case
    found, seen = scores(y, probabilities, predicted), np.unique(y)
    roc = [sk.roc_auc_score(y == c, probabilities[:, c]) for c in seen]
    ap = [sk.average_precision_score(y == c, probabilities[:, c]) for c in seen]
    assert found.roc_auc == pytest.approx(np.mean(roc), abs=1e-12)
    assert found.average_precision == pytest.approx(np.mean(ap), abs=1e-12)


@given(cases())
def test_the_report_and_the_confusion_matrix_equal_scikit_learn(case: Case) -> None:
    y, probabilities, predicted = case
    labels = range(probabilities.shape[1])
    expected = sk.precision_recall_fscore_support(
        y, predicted, labels=list(labels), zero_division=0
    )
    reports = per_class(y, predicted, [f"class {c}" for c in labels])
    found = [[r.precision, r.recall, r.f1, r.support] for r in reports]
    np.testing.assert_allclose(np.transpose(found), expected, atol=1e-12)
    matrix = sk.confusion_matrix(y, predicted, labels=list(labels))
    assert confusion(y, predicted, len(labels)) == tuple(map(tuple, matrix.tolist()))


def test_one_class_alone_has_no_order() -> None:
    y = np.array([1, 1], np.int32)
    found = scores(y, np.array([[0.5, 0.5], [0.2, 0.8]]), y)
    assert found.roc_auc is None
    assert found.average_precision is None
    assert found.macro_f1 == found.balanced_accuracy == found.g_mean == 1
    assert found.mcc == 0


def test_log_loss_stays_finite_for_a_certain_error() -> None:
    y = np.array([0, 1], np.int32)
    assert scores(y, np.eye(2)[::-1], y).log_loss == pytest.approx(36.04, abs=5e-3)


def test_a_class_that_is_never_found_makes_the_g_mean_zero() -> None:
    y, predicted = np.array([0, 0, 1], np.int32), np.array([0, 0, 0], np.int32)
    assert scores(y, np.full((3, 2), 0.5), predicted).g_mean == 0
