"""Rows on the wrong side of a split are found in the files, before and after."""

import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import VerificationError
from schemas.splits import Split
from tasks.apartness import check_split
from tasks.auditing import audit
from tasks.running import DirectRunner
from tests.tasks.attempts import (
    SPLITS,
    Written,
    change_cell,
    checks,
    config_of,
    find,
    path_of,
    rewrite,
    write,
)

TRAIN, HELD = "/train/part-", "/holdout/part-"


def _written(folder: Path, name: str) -> Written:
    """Balance the mixed table; of its three towns one or two are held out."""
    split = SPLITS[name]
    return write(config_of(folder, split=split, seed=2, holdout=0.3))


def _column(name: str) -> str:
    return str(SPLITS[name]["column"])


def _values(written: Written, part: str, column: str) -> list[object]:
    table = pq.read_table(path_of(written, find(written, part)))
    found: list[object] = table.column(column).to_pylist()
    return found


@pytest.mark.parametrize("name", SPLITS)
def test_a_split_is_verified_by_name(name: str, tmp_path: Path) -> None:
    written = _written(tmp_path, name)
    made = {check.name: check for check in checks(written)}
    assert made[name].success
    assert SPLITS.keys() & made.keys() == {name}


@pytest.mark.parametrize("part", [TRAIN, HELD])
@pytest.mark.parametrize("name", SPLITS)
def test_a_row_on_the_wrong_side_is_found(name: str, part: str, tmp_path: Path) -> None:
    written, column = _written(tmp_path, name), _column(name)
    other = TRAIN if part == HELD else HELD
    strange = _values(written, other, column)[0]
    changed = rewrite(written, part, change_cell(column, 0, strange))
    with pytest.raises(VerificationError, match=name):
        checks(changed)


def test_a_row_without_a_time_is_not_known_to_be_newer(tmp_path: Path) -> None:
    written = _written(tmp_path, "holdout newer")
    changed = rewrite(written, HELD, change_cell("age", 0, None))
    split = Split.model_validate(SPLITS["holdout newer"])
    (check,) = check_split(changed.attempt.root, changed.files, split)
    assert not check.success
    assert check.note.endswith("; 1 rows of the holdout have none")


def test_rows_without_a_group_may_be_on_both_sides(tmp_path: Path) -> None:
    written = _written(tmp_path, "groups apart")
    for part in (TRAIN, HELD):
        written = rewrite(written, part, change_cell("town", 0, None))
    split = Split.model_validate(SPLITS["groups apart"])
    (check,) = check_split(written.attempt.root, written.files, split)
    assert check.success
    assert check.note.endswith(" in the holdout, 0 in both")


def test_a_stratified_split_is_told_by_counts_alone(tmp_path: Path) -> None:
    assert check_split(str(tmp_path), [], Split()) == []


def test_rows_without_a_group_are_on_both_sides_and_no_group(tmp_path: Path) -> None:
    groups = [*(float(row % 9) for row in range(90)), *[math.nan] * 90]
    labels = ["a", "b", "a"] * 60
    source = tmp_path / "source.parquet"
    pq.write_table(pa.table({"g": groups, "x": range(180), "y": labels}), source)
    asked = {
        "source": str(source),
        "target": "y",
        "output": str(tmp_path / "out"),
        "evaluation": {"evaluator": "none"},
        "split": {"kind": "group", "column": "g"},
    }
    outcome = balance_dataset(BalanceConfig.model_validate(asked), DirectRunner())
    made = {check.name: check for check in audit(outcome.root, 1)}
    assert made["groups apart"].success
    assert "0 in both" in made["groups apart"].note
    for side in ("train", "holdout"):
        (folder,) = Path(outcome.root).glob(f"data/*/{side}")
        found = pq.read_table(folder, columns=["g"])["g"].to_pylist()
        assert any(group is not None and math.isnan(group) for group in found)
