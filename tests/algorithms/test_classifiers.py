"""Which estimator stands behind an evaluator: each is made, none is told."""

import pytest
from sklearn.base import is_classifier

from schemas.evaluation import EvaluatorKind
from tasks.algorithms.classifiers import can_accelerate, classifier

MODELS = [kind for kind in EvaluatorKind if kind is not EvaluatorKind.NONE]


@pytest.mark.parametrize("kind", MODELS)
def test_every_evaluator_has_a_classifier_that_takes_the_seed(
    kind: EvaluatorKind,
) -> None:
    made = classifier(kind, 7, 2**32 - 1)
    assert is_classifier(made)
    assert made.get_params().get("random_state", 2**32 - 1) in {2**32 - 1, None}


def test_the_forest_alone_is_accelerated() -> None:
    assert [kind for kind in MODELS if can_accelerate(kind)] == ["random_forest"]


def test_none_has_no_model() -> None:
    with pytest.raises(ValueError, match="has no model"):
        classifier(EvaluatorKind.NONE, 1, 0)
