"""What cards and tables of the UI say: short, and always good JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Evidence
from tasks.algorithms.captions import cells
from tasks.algorithms.cards import (
    class_table,
    decision_line,
    ratio_line,
    score_table,
    verdict_line,
)
from tests import evidence

EVIDENCE = (evidence.binary(), evidence.many(), evidence.undersampled())
CARD = 45  # characters that a card shows


@pytest.mark.parametrize("made", EVIDENCE)
def test_a_card_has_room_for_its_line(made: Evidence) -> None:
    lines = (
        verdict_line(made.evaluation),
        decision_line(made.plan),
        ratio_line(made.plan),
    )
    for line in lines:
        assert "\n" not in line
        assert 0 < len(line) <= CARD


@given(value=st.floats() | st.none())
def test_no_score_breaks_the_page(value: float | None) -> None:
    evaluation = evidence.scored(macro_f1=value, log_loss=value)
    assert verdict_line(evaluation)
    rows = score_table(evaluation)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert all(row[column] for row in rows for column in row)


@pytest.mark.parametrize("made", EVIDENCE)
def test_classes_are_plain_and_add_up(made: Evidence) -> None:
    rows = class_table(made.plan, made.survey.rejections)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert len(rows) == len(made.plan.classes)
    after = [one.train for one in made.plan.classes]
    assert sorted(int(str(row["Train after"])) for row in rows) == sorted(after)
    for row in rows:
        assert cells(str(row["Class"])) <= 40


@pytest.mark.parametrize("made", EVIDENCE)
def test_a_fate_that_no_row_met_has_no_column(made: Evidence) -> None:
    rows = class_table(made.plan)
    for column in ("Synthetic", "Duplicated", "Dropped"):
        met = any(getattr(one, column.lower()) for one in made.plan.classes)
        assert (column in rows[0]) is met
    assert "Rejected" not in rows[0]


def test_nothing_judged_is_said() -> None:
    assert verdict_line(None) == "Not evaluated"
