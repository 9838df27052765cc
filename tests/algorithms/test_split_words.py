"""What is said of a split names the facts and the way out."""

import pytest

from schemas.plan import ClassPlan
from schemas.splits import Split, SplitKind
from tasks.algorithms.split_words import (
    interval_note,
    judged_on,
    no_holdout,
    no_training,
    split_notes,
)

SPLITS = {
    SplitKind.STRATIFIED: Split(),
    SplitKind.GROUP: Split(kind=SplitKind.GROUP, column="firm"),
    SplitKind.TIME: Split(kind=SplitKind.TIME, column="day"),
    SplitKind.COLUMN: Split(kind=SplitKind.COLUMN, column="part", values=("a", "b")),
}
APART = [kind for kind in SplitKind if kind is not SplitKind.STRATIFIED]


def _plan(label: str, source: int, holdout: int) -> ClassPlan:
    kept = source - holdout
    return ClassPlan(
        label=label, source=source, holdout=holdout, kept=kept, dropped=0, train=kept
    )


@pytest.mark.parametrize("kind", APART)
def test_shares_are_told_of_all_and_of_the_classes_that_differ_most(
    kind: SplitKind,
) -> None:
    plans = [_plan("x", 100, 20), _plan("y", 50, 12), _plan("z", 10, 0)]
    told, unjudged = split_notes(plans, SPLITS[kind], 0.2)
    assert "32 of 160 rows (20.0%)" in told
    assert "from 0.0% ('z') to 24.0% ('y')" in told
    assert repr(SPLITS[kind].column) in told
    assert unjudged.endswith("no row held out: 'z' (10 rows).")


def test_a_label_that_is_blank_is_quoted_once() -> None:
    (told,) = split_notes([_plan("", 9, 3), _plan("a", 9, 1)], SPLITS[APART[0]], 0.2)
    assert told.endswith("from 11.1% ('a') to 33.3% ('').")


@pytest.mark.parametrize("kind", APART)
def test_a_share_far_from_what_was_asked_for_has_a_reason(kind: SplitKind) -> None:
    plans = [_plan("x", 100, 60), _plan("y", 100, 60)]
    (told,) = split_notes(plans, SPLITS[kind], 0.2)
    assert ("That is far from 20.0%: " in told) == (kind is not SplitKind.COLUMN)
    (near,) = split_notes(plans, SPLITS[kind], 0.55)
    assert "far" not in near


def test_of_a_stratified_split_only_small_classes_are_told() -> None:
    assert split_notes([_plan("x", 10, 2)], Split(), 0.2) == ()
    (told,) = split_notes([_plan("x", 10, 2), _plan("y", 1, 0)], Split(), 0.2)
    assert told.startswith("Too small for both sides")
    assert told.endswith(": 'y' (1 rows).")


@pytest.mark.parametrize("kind", APART)
def test_a_side_without_rows_is_told_with_a_way_out(kind: SplitKind) -> None:
    said = no_training("rare", 1_234, SPLITS[kind])
    assert said.startswith("class 'rare' has no row to train on: its 1,234 rows")
    assert repr(SPLITS[kind].column) in said
    assert ";" in said
    assert repr(SPLITS[kind].column) in no_holdout(SPLITS[kind])


def test_an_interval_says_what_it_rests_on() -> None:
    assert "resamples the 1,200 groups" in interval_note("firm", 1_200, 10)
    few = interval_note("firm", 9, 10)
    assert "has 9 groups ('firm'), too few" in few
    assert "too narrow" in few


def test_each_holdout_is_described() -> None:
    assert len({judged_on(split) for split in SPLITS.values()}) == len(SPLITS)
    assert "priors of the source" in judged_on(Split())
