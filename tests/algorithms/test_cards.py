"""What cards and tables of the UI say: short, and always good JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Evidence
from schemas.survey import Rejection
from tasks.algorithms.captions import cells
from tasks.algorithms.cards import (
    accepted,
    class_table,
    decision_line,
    drift_table,
    quality_line,
    quality_table,
    ratio_line,
    score_table,
    verdict_line,
)
from tests import evidence

EVIDENCE = (evidence.binary(), evidence.many(), evidence.undersampled())
CARD = 37  # characters that a card shows


@pytest.mark.parametrize("made", EVIDENCE)
def test_a_card_has_room_for_its_line(made: Evidence) -> None:
    lines = (
        verdict_line(made.evaluation),
        decision_line(made.plan),
        ratio_line(made.plan),
        quality_line(made.survey.rows, made.survey.rejections),
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
    rows = class_table(made.plan.classes, made.survey.rejections)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert len(rows) == len(made.plan.classes)
    after = [one.train for one in made.plan.classes]
    assert sorted(int(str(row["Train after"])) for row in rows) == sorted(after)
    for row in rows:
        assert cells(str(row["Class"])) <= 40


@pytest.mark.parametrize("made", EVIDENCE)
def test_a_fate_that_no_row_met_has_no_column(made: Evidence) -> None:
    rows = class_table(made.plan.classes)
    for column in ("Synthetic", "Duplicated", "Dropped"):
        met = any(getattr(one, column.lower()) for one in made.plan.classes)
        assert (column in rows[0]) is met
    assert "Rejected" not in rows[0]


@given(
    rows=st.lists(st.integers(1, 10**6), max_size=300),
    others=st.integers(0, 10**6),
)
def test_every_rejected_row_is_in_the_table(rows: list[int], others: int) -> None:
    rejections = [
        Rejection(label=f"x{place}" * 20, reason="label is not allowed", rows=count)
        for place, count in enumerate(rows)
    ]
    total = sum(rows) + others + 1
    found = quality_table(total, rejections)

    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert len(found) <= 201
    assert sum(int(str(row["Rows"])) for row in found) == sum(rows)
    said = "None of" if not rows else f"{sum(rows):,} of "
    assert quality_line(total, rejections).startswith(said)


def test_no_rejected_row_and_no_earlier_version_are_a_row_that_says_so() -> None:
    (row,) = quality_table(250, ())
    assert row["Reason"] == "no row was rejected"
    (row,) = drift_table(None)
    assert row == {"Note": "No earlier version to compare with"}


def test_ten_thousand_classes_are_cut_and_still_add_up() -> None:
    made = evidence.drifted()
    label = "🦊" * 60
    classes = tuple(
        one.model_copy(update={"label": f"{place}{label}"})
        for place, one in enumerate(made.plan.classes[:1] * 10_000)
    )
    counts = {f"{place}{label}": 10_000 - place for place in range(10_000)}
    rejections = [
        Rejection(label=name, reason="label is not allowed", rows=1) for name in counts
    ]
    assert made.drift
    drift = made.drift.model_copy(update={"before": counts, "after": counts})
    tables = {
        "Train after": class_table(classes),
        "Rows now": drift_table(drift),
        "Rows": quality_table(10_000, rejections),
    }
    wanted = (sum(one.train for one in classes), sum(counts.values()), 10_000)
    for (column, rows), total in zip(tables.items(), wanted, strict=True):
        assert len(rows) == 201
        assert len(json.dumps(rows)) < 200_000
        assert sum(int(str(row[column])) for row in rows) == total
        assert any("(9,800 more)" in row.values() for row in rows)


def test_labels_that_were_rejected_are_no_classes() -> None:
    made = evidence.many()
    manifest = evidence.outcome_of(made).manifest
    labels = [one.label for one in accepted(manifest)]
    assert labels == [one.label for one in made.plan.classes]
    assert len(manifest.classes) > len(labels)


def test_nothing_judged_is_said() -> None:
    assert verdict_line(None) == "Not evaluated"
