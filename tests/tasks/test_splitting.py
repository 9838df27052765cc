"""Splits keep what they promise, exactly as planned, and as a table grows."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.splits import SplitKind
from tasks.algorithms.columns import source_schema
from tasks.algorithms.routing import route
from tasks.planning import plan_resampling
from tasks.sampling import plan_comparison
from tasks.storage.parquet import read_batches
from tasks.survey import survey_source
from tests.tasks.attempts import SPLITS, config_of, mixed_table
from tests.tasks.routed import check_routed

Parts = Sequence[pa.Table]
PARTED = {str(split["kind"]): split for split in SPLITS.values()}
KINDS = ["none", "random_over", "random_under", "smote_under"]


def _config(folder: Path, parts: Parts, **fields: object) -> BalanceConfig:
    source = folder / "source"
    source.mkdir(exist_ok=True)
    for number, part in enumerate(parts):
        pq.write_table(part, source / f"{number}.parquet")
    fields = {"ignore": [], "strategy": {"kind": "none"}, **fields}
    return config_of(folder, source=str(source), **fields)


def _held(config: BalanceConfig) -> list[bool]:
    """Tell of each row whether it is held out."""
    survey = survey_source.fn(config)
    plan = plan_resampling.fn(config, survey)
    batches = read_batches(survey.fragments, source_schema(survey), batch_rows=7)
    routed = [route(table, first, plan) for first, table in batches]
    return [bool(held) for one in routed for held in one.holdout]


@settings(max_examples=8)
@given(
    split=st.sampled_from(sorted(PARTED)),
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 2**63 - 1),
    holdout=st.floats(0.05, 0.6),
    keyed=st.booleans(),
)
def test_rows_routed_one_by_one_are_those_planned(
    split: str, kind: str, seed: int, holdout: float, *, keyed: bool
) -> None:
    role = {"key": ["id"], "ignore": []} if keyed else {}
    asked = {"strategy": {"kind": kind}, "seed": seed, "holdout": holdout, **role}
    with TemporaryDirectory() as folder:
        config = config_of(Path(folder), split=PARTED[split], **asked)
        survey = survey_source.fn(config)
        try:
            plan = plan_resampling.fn(config, survey)
        except UserError as error:
            assert "row" in str(error)  # noqa: PT017 - or a side without any
            reject()
    check_routed(plan)


ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.none() | st.integers(0, 9)),
    min_size=1,
    max_size=40,
)


def _table(rows: Sequence[tuple[str, object]], first: int = 0) -> pa.Table:
    labels, places = [label for label, _ in rows], [place for _, place in rows]
    return pa.table(
        {
            "id": pa.array(range(first, first + len(rows))),
            "x": pa.array([0.5] * len(rows)),
            "place": pa.array(places, pa.int64()),
            "kind": pa.array(labels, pa.string()),
        }
    )


@settings(max_examples=25)
@given(
    old=ROWS, new=ROWS, seed=st.integers(0, 99), by=st.sampled_from(["group", "key"])
)
def test_rows_that_are_appended_move_no_old_one_across(
    old: list[tuple[str, Any]], new: list[tuple[str, Any]], seed: int, by: str
) -> None:
    """But for a class that fits below the limit whole: one row of it is trained on."""
    role: dict[str, object] = {"key": ["id"]}
    if by == "group":
        role = {"split": {"kind": "group", "column": "place"}}
    before = _table(old)
    parts = [before, _table(new, len(old))]
    asked = {"seed": seed, "holdout": 0.3, "evaluation": {"evaluator": "none"}, **role}
    with TemporaryDirectory() as folder:
        try:
            first = _held(_config(Path(folder), parts[:1], **asked))
            then = _held(_config(Path(folder), parts, **asked))[: len(old)]
        except UserError:  # a class alone, or a side without rows
            reject()
    moved = [label for (label, _), a, b in zip(old, first, then, strict=True) if a != b]
    assert all(b for a, b in zip(first, then, strict=True) if a)
    rest = Counter(label for (label, _), h in zip(old, first, strict=True) if not h)
    assert all(by == "key" and rest[label] == 1 for label in moved)


@settings(max_examples=15)
@given(rows=ROWS, share=st.floats(0.05, 0.95))
def test_the_newest_are_held_out_as_near_to_the_share_as_moments_allow(
    rows: list[tuple[str, Any]], share: float
) -> None:
    split = {"kind": "time", "column": "place"}
    with TemporaryDirectory() as folder:
        try:
            held = _held(
                _config(Path(folder), [_table(rows)], split=split, holdout=share)
            )
        except UserError:
            reject()
    times = [-1 if at is None else at for _, at in rows]
    newest = [at for at, one in zip(times, held, strict=True) if one]
    oldest = [at for at, one in zip(times, held, strict=True) if not one]
    assert min(newest) > max(oldest)
    wanted = min(max(1, round(share * len(rows))), len(rows) - 1)
    cuts = {sum(at >= one for at in times) for one in times} - {len(rows)}
    assert abs(sum(held) - wanted) == min(abs(rows - wanted) for rows in cuts)


def test_rows_of_no_class_do_not_count_for_the_share(tmp_path: Path) -> None:
    rows = [("a" if at % 2 else "b", at) for at in range(100)]
    table = _table([*rows, *((None, 1_000) for _ in range(50))])  # type: ignore[list-item] # no label
    split = {"kind": "time", "column": "place"}
    held = _held(_config(tmp_path, [table], split=split))
    assert [at for at, one in enumerate(held) if one] == list(range(80, 100))


def _dated(rows: int) -> pa.Table:
    """Make two classes; the second only in the last tenth."""
    start = dt.date(2024, 1, 1)
    late = ["rare" if at >= rows * 0.9 else "common" for at in range(rows)]
    days = [start + dt.timedelta(at) for at in range(rows)]
    sides = ["train" if at % 3 else "Test" for at in range(rows)]
    return pa.table(
        {
            "x": np.arange(rows),
            "day": days,
            "kind": late,
            "side": sides,
            "text": [str(at) for at in days],
            "once": ["same"] * rows,
            "blank": [None, *sides[1:]],
        }
    )


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ("time:day", "class 'rare' has no row to train on: its 10 rows are all held"),
        ("time:once", "time column 'once' has type string"),
        ("time:days", "no column 'days'; did you mean 'day'"),
        ("group:once", "no row is held out|has no row to train on"),
        ("column:side=test", "no row has 'test' in column 'side', .*: 'Test', 'train'"),
        ("column:side=Test,dev", "no row has 'dev'"),
        ("column:blank=Test", "column 'blank' is missing in 1 of 100 rows"),
        ("column:once=same", "class 'common' has no row to train on"),
        ("column:day=2024-01-01", "type date32.*cannot say which side a row is on"),
    ],
)
def test_a_split_that_cannot_be_is_told(tmp_path: Path, split: str, said: str) -> None:
    kind, _, rest = split.partition(":")
    column, _, values = rest.partition("=")
    asked: dict[str, object] = {"kind": kind, "column": column}
    if values:
        asked["values"] = values.split(",")
    ignore = ["text", *({"once", "blank", "side"} - {column})]
    config = _config(tmp_path, [_dated(100)], split=asked, ignore=ignore)
    with pytest.raises(UserError, match=said):
        plan_resampling.fn(config, survey_source.fn(config))


def test_one_moment_for_all_rows_is_no_order(tmp_path: Path) -> None:
    split = {"kind": "time", "column": "place"}
    config = _config(tmp_path, [_table([("a", 1), ("b", 1)])], split=split)
    with pytest.raises(UserError, match="all rows are of one moment in column 'place'"):
        plan_resampling.fn(config, survey_source.fn(config))


@pytest.mark.parametrize("split", PARTED)
def test_a_comparison_holds_out_what_balancing_does(split: str, tmp_path: Path) -> None:
    config = config_of(tmp_path, split=PARTED[split], seed=2, holdout=0.3)
    survey = survey_source.fn(config)
    plans = [plan.fn(config, survey) for plan in (plan_resampling, plan_comparison)]
    table = mixed_table()
    balanced, compared = (route(table, 0, plan).holdout.tolist() for plan in plans)
    assert balanced == compared
    assert any(balanced)


def test_what_was_held_out_is_told_with_its_shares(tmp_path: Path) -> None:
    config = _config(tmp_path, [_dated(100)], split={"kind": "time", "column": "x"})
    early = config.model_copy(update={"holdout": 0.04})
    notes = plan_resampling.fn(early, survey_source.fn(early)).decision.notes
    assert " ".join(notes) == (
        "Held out are the newest rows by column 'x', from 96 on: 4 of 100 rows (4.0%), "
        "of a class from 0.0% ('common') to 40.0% ('rare'). Nothing tells how well "
        "models predict classes with no row held out: 'common' (90 rows)."
    )


def test_folders_may_say_which_side_their_rows_are_on(tmp_path: Path) -> None:
    for side, rows in (("dev", 20), ("test", 30), ("train", 50)):
        folder = tmp_path / "hive" / f"part={side}"
        folder.mkdir(parents=True)
        labelled = [("a" if at % 3 else "b", at) for at in range(rows)]
        pq.write_table(_table(labelled), folder / "x.parquet")
    split = {"kind": "column", "column": "part", "values": ["dev", "test"]}
    source = str(tmp_path / "hive")
    held = _held(config_of(tmp_path, source=source, ignore=[], split=split))
    assert held == [True] * 50 + [False] * 50


def test_kinds_are_those_tried() -> None:
    assert {"stratified", *PARTED} == set(SplitKind)
