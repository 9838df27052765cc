"""What becomes of the rows of each class adds up, as planned and as published."""

import pytest

from schemas.records import Evidence
from tasks.algorithms.cards import accepted
from tasks.algorithms.fates import class_rows, largest_first
from tasks.algorithms.tables import total_row
from tests import evidence

EVIDENCE = (evidence.binary(), evidence.many(), evidence.undersampled())


@pytest.mark.parametrize("made", EVIDENCE)
def test_no_row_is_lost(made: Evidence) -> None:
    for row in class_rows(made.plan.classes, made.survey.rejections):
        parts = [row[name] for name in ("Holdout", "Kept", "Dropped")]
        assert row["Source"] == sum(part for part in parts if isinstance(part, int))


@pytest.mark.parametrize("made", EVIDENCE)
def test_priors_are_shares(made: Evidence) -> None:
    total = total_row(class_rows(made.plan.classes))

    assert total["Prior before"] == pytest.approx(1, abs=1e-4)
    assert total["Prior after"] == pytest.approx(1, abs=1e-4)


def test_classes_come_largest_first() -> None:
    made = evidence.many()
    rows = [row["Prior before"] for row in class_rows(made.plan.classes)]

    assert rows == sorted(rows, key=lambda prior: -float(prior or 0))
    assert len(rows) == len(made.plan.classes)


def test_rejected_rows_count_for_their_class_alone() -> None:
    made = evidence.binary()

    rows = class_rows(made.plan.classes, made.survey.rejections)

    assert [row["Rejected"] for row in rows] == [0, 2]


@pytest.mark.parametrize("made", EVIDENCE)
def test_a_published_version_tells_what_its_plan_told(made: Evidence) -> None:
    published = accepted(evidence.outcome_of(made).manifest)
    rejections = made.survey.rejections

    planned = class_rows(made.plan.classes, rejections)
    assert class_rows(published, rejections) == planned
    names = [one.label for one in largest_first(made.plan.classes)]
    assert [one.label for one in largest_first(published)] == names
