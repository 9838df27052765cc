"""How wide a model sees a table is what its encoder makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evaluation import Encoding, EvaluatorKind
from schemas.survey import Column
from tasks.algorithms.encoding import LEVELS, is_one_hot, width

EVALUATORS = st.lists(st.sampled_from(EvaluatorKind), min_size=1)
LOGISTIC = EvaluatorKind.LOGISTIC_REGRESSION


def columns(numbers: int, categories: int) -> list[Column]:
    roles = ["numeric"] * numbers + ["categorical"] * categories + ["key", "target"]
    return [
        Column.model_validate({"name": str(n), "type": "", "role": r, "nullable": True})
        for n, r in enumerate(roles)
    ]


@pytest.mark.parametrize("evaluator", EvaluatorKind)
def test_only_logistic_regression_is_given_one_hot_columns_unasked(
    evaluator: EvaluatorKind,
) -> None:
    assert is_one_hot(evaluator, Encoding.AUTO) is (evaluator is LOGISTIC)
    assert is_one_hot(evaluator, Encoding.ONE_HOT)
    assert not is_one_hot(evaluator, Encoding.ORDINAL)


@given(st.integers(0, 9), st.integers(0, 9), EVALUATORS, st.sampled_from(Encoding))
def test_the_widest_model_counts(
    numbers: int, categories: int, evaluators: list[EvaluatorKind], encoding: Encoding
) -> None:
    table = columns(numbers, categories)
    found = width(table, evaluators, encoding)
    assert found == max(width(table, [one], encoding) for one in evaluators)
    narrow = width(table, evaluators, Encoding.ORDINAL)
    assert narrow == numbers + categories
    assert found in {narrow, numbers + LEVELS * categories}
