"""The tuned threshold is the best there is, by trying all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, matthews_corrcoef

from schemas.evaluation import Metric
from tasks.algorithms.tuning import best_threshold

ORACLES = {
    Metric.MACRO_F1: lambda y, p: f1_score(y, p, average="macro", zero_division=0),
    Metric.BALANCED_ACCURACY: balanced_accuracy_score,
    Metric.MCC: matthews_corrcoef,
}
ROWS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20).map(lambda n: n / 20)),
    min_size=2,
    max_size=40,
).filter(lambda rows: len({happened for happened, _ in rows}) == 2)


@pytest.mark.parametrize("metric", ORACLES)
@settings(max_examples=40)
@given(rows=ROWS)
def test_no_threshold_is_better(metric: Metric, rows: list[tuple[bool, float]]) -> None:
    happened, probabilities = (np.array(part) for part in zip(*rows, strict=True))
    score, found = ORACLES[metric], best_threshold(happened, probabilities, metric)
    best = max(
        score(happened, probabilities >= limit)
        for limit in np.append(np.unique(probabilities)[1:], 0.5)
    )
    assert score(happened, probabilities >= found) == pytest.approx(best)


def test_a_threshold_that_gains_nothing_is_not_moved() -> None:
    happened = np.array([False, False, True, True])
    sure = np.array([0.1, 0.2, 0.8, 0.9])
    assert best_threshold(happened, sure, Metric.MACRO_F1) == 0.5
    assert best_threshold(happened, np.full(4, 0.3), Metric.MACRO_F1) == 0.5


def test_a_metric_of_probabilities_is_tuned_as_macro_f1() -> None:
    happened, p = np.array([False, False, False, True]), np.array([0.1, 0.2, 0.3, 0.4])
    assert best_threshold(happened, p, Metric.ROC_AUC) == pytest.approx(0.35)
