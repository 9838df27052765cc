"""Rows of the report: plain values that add up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.plan import Diagnosis
from tasks.algorithms.tables import (
    Row,
    cut,
    measure_rows,
    per_class_rows,
    rejection_rows,
    score_rows,
    total_row,
    without_zeros,
)
from tests import evidence

FLOATS = st.floats() | st.none()


@given(FLOATS, st.floats(), st.floats())
def test_scores_are_plain_json(
    roc_auc: float | None, brier: float, macro_f1: float
) -> None:
    evaluation = evidence.scored(roc_auc=roc_auc, brier=brier, macro_f1=macro_f1)

    rows = score_rows(evaluation)

    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert all(list(row) == list(rows[0]) for row in rows)


@given(st.floats())
def test_measures_are_plain_json(ratio: float) -> None:
    made = evidence.binary().plan
    before: Diagnosis = made.before.model_copy(update={"imbalance_ratio": ratio})
    rows = measure_rows(made.model_copy(update={"before": before}))

    assert json.loads(json.dumps(rows, allow_nan=False)) == rows


def test_every_measure_has_a_line() -> None:
    fields = set(Diagnosis.model_fields) - {"classes", "rows"}

    assert len(measure_rows(evidence.binary().plan)) == len(fields)


def test_classes_are_compared_in_every_score() -> None:
    evaluation = evidence.scored()
    report = evaluation.models[2].per_class[1]

    row = per_class_rows(evaluation)[1]

    assert row["Holdout rows"] == report.support
    assert row["Recall balanced"] == pytest.approx(report.recall, abs=1e-6)
    assert not any("threshold" in name for name in row)


def test_rejections_come_most_rows_first() -> None:
    rows = rejection_rows(evidence.many().survey.rejections)

    assert rows[0] == {"Reason": "label is missing", "Label": "(missing)", "Rows": 12}
    assert [row["Rows"] for row in rows] == [12, 3]


def test_only_columns_that_are_zero_everywhere_are_left_out() -> None:
    rows: list[Row] = [{"a": 0, "b": 1, "c": None}, {"a": 0, "b": 0, "c": 0}]
    assert without_zeros(rows) == [{"b": 1, "c": None}, {"b": 0, "c": 0}]


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_a_cut_table_adds_up_to_the_whole(
    numbers: list[int], first: int, last: int
) -> None:
    rows: list[Row] = [
        {"Class": str(place), "Rows": number, "Word": "x"}
        for place, number in enumerate(numbers)
    ]
    shown = cut(rows, first, last)

    assert len(shown) <= first + last + 1
    assert total_row(shown) == total_row(rows)
    if len(rows) > first + last:
        hidden = len(rows) - first - last
        more = {"Class": f"({hidden} more)", "Word": ""}
        assert shown[first].items() >= more.items()
        assert shown[:first] == rows[:first]
        assert shown[first + 1 :] == rows[len(rows) - last :]
    else:
        assert shown == rows
