"""A synthetic row that its lineage does not account for is not published."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from schemas.errors import VerificationError
from schemas.written import Check
from tasks.genealogy import check_lineage, check_parents, check_sample
from tests.tasks.attempts import (
    Written,
    change_cell,
    config_of,
    find,
    mixed_table,
    path_of,
    rewrite,
    take,
    write,
)
from tests.tasks.attempts import checks as verified

BIGGEST = "/lineage/synthetic-00002-"  # of the smallest class


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return write(config_of(tmp_path, strategy={"kind": "smote"}))


def _checks(written: Written) -> dict[str, Check]:
    survey, plan, attempt, _, files = written
    found = [
        check_lineage(plan, attempt, files),
        check_parents(survey, plan, attempt, files),
        check_sample(survey, plan, attempt, files),
    ]
    return {check.name: check for check in found}


def _failed(written: Written) -> set[str]:
    return {name for name, check in _checks(written).items() if not check.success}


def _lineage(written: Written) -> pa.Table:
    return pq.read_table(path_of(written, find(written, BIGGEST)))


def _ids(written: Written, folder: str, label: str) -> set[int]:
    table = pq.read_table(path_of(written, find(written, folder)))
    return set(table.filter(pc.field("kind") == label)["id"].to_pylist())


def test_a_good_attempt_passes_with_numbers(written: Written) -> None:
    found = _checks(written)
    rows = sum(item.synthetic for item in written.plan.classes)
    assert all(check.success for check in found.values())
    assert found["lineage"].note.startswith(f"{rows:,} lines tell of {rows:,}")
    assert found["re-derived"].note.startswith("128 synthetic rows")  # 64 of a class


def test_lineage_tells_of_training_rows_of_the_class_alone(written: Written) -> None:
    """What the checks find by routing anew is what the files say."""
    train = _ids(written, "/train/part-", "small")
    lineage = _lineage(written)
    for role in ("parent", "neighbour"):
        assert set(lineage[role].to_pylist()) <= train
    assert set(lineage["label"].to_pylist()) == {"small"}


@pytest.mark.parametrize("role", ["parent", "neighbour"])
@pytest.mark.parametrize("side", ["/holdout/", "/rejected/", "another class"])
def test_who_is_no_training_row_of_the_class_is_no_parent(
    side: str, role: str, written: Written
) -> None:
    if side == "another class":
        stranger = min(_ids(written, "/train/part-", "big"))
    else:
        path = path_of(written, find(written, side))
        stranger = pq.read_table(path)["id"][0].as_py()
    tampered = rewrite(written, BIGGEST, change_cell(role, 0, stranger))
    with pytest.raises(VerificationError, match=": parents: ") as caught:
        verified(tampered)
    assert "re-derived" not in str(caught.value)


def test_a_parent_beyond_the_source_is_no_parent(written: Written) -> None:
    tampered = rewrite(written, BIGGEST, change_cell("parent", 0, 10**6))
    assert not check_parents(*tampered[:3], tampered.files).success


def _swapped(table: pa.Table) -> pa.Table:
    return take([1, 0, *range(2, table.num_rows)])(table)


def _shifted(table: pa.Table) -> pa.Table:
    rows = pa.array(np.arange(table.num_rows) + 1)
    return table.set_column(1, table.schema.field(1), rows)


ODD_LINEAGE: dict[str, Callable[[pa.Table], pa.Table]] = {
    "out of order": _swapped,
    "counted from one": _shifted,
    "a row short": lambda table: table.slice(0, table.num_rows - 1),
    "a row twice": lambda table: pa.concat_tables([table, table.slice(0, 1)]),
    "of another label": change_cell("label", 3, "mid"),
    "of another file": change_cell("file", 3, "train/part-00000.parquet"),
}


@pytest.mark.parametrize("case", ODD_LINEAGE)
def test_lineage_has_one_line_for_each_row_in_file_order(
    case: str, written: Written
) -> None:
    tampered = rewrite(written, BIGGEST, ODD_LINEAGE[case])
    survey, plan, attempt, _, files = tampered
    assert not check_lineage(plan, attempt, files).success
    assert check_parents(survey, plan, attempt, files).success
    with pytest.raises(VerificationError, match=": lineage: "):
        verified(tampered)


def test_lineage_that_is_not_listed_is_missed(written: Written) -> None:
    entry = find(written, BIGGEST)
    files = tuple(item for item in written.files if item != entry)
    with pytest.raises(VerificationError, match=": lineage: "):
        verified(written._replace(files=files))


def _every(column: str, value: object) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        field = table.schema.field(place)
        values = pa.array([value] * table.num_rows, field.type)
        return table.set_column(place, field, values)

    return change


@pytest.mark.parametrize(
    ("column", "value"), [("size", 0.0), ("age", 7), ("town", "w"), ("id", 1)]
)
def test_values_that_do_not_follow_from_the_parents_are_seen(
    column: str, value: object, written: Written
) -> None:
    tampered = rewrite(written, "/train/synthetic-00002-", _every(column, value))
    assert _failed(tampered) == {"re-derived"}
    with pytest.raises(VerificationError, match=r"re-derived: .*synthetic-00002-00000"):
        verified(tampered)


@pytest.mark.parametrize("column", ["size", "age", "town"])
def test_one_changed_value_is_seen_where_all_rows_are_sampled(
    column: str, tmp_path: Path
) -> None:
    """Up to 64 synthetic rows of a class are all made again."""
    few = {"kind": "smote", "rows": {"small": 40}}
    written = write(config_of(tmp_path, strategy=few))
    for row in (0, 17, 29):
        path = path_of(written, find(written, "/train/synthetic-"))
        before = pq.read_table(path)
        value = {"size": 9.5, "age": 98, "town": "elsewhere"}[column]
        tampered = rewrite(
            written, "/train/synthetic-", change_cell(column, row, value)
        )
        assert _failed(tampered) == {"re-derived"}
        pq.write_table(before, path)


def test_a_share_that_was_not_drawn_is_seen(written: Written) -> None:
    assert _failed(rewrite(written, BIGGEST, _every("lam", 0.25))) == {"re-derived"}


def test_a_neighbour_that_was_not_found_is_seen(tmp_path: Path) -> None:
    """Where all columns are voted, no value follows from the second parent."""
    source = tmp_path / "towns.parquet"
    pq.write_table(mixed_table().drop_columns(["size", "age"]), source)
    few = {"kind": "smote", "rows": {"small": 40}}
    written = write(config_of(tmp_path, source=str(source), strategy=few))
    assert not _failed(written)
    parent = _lineage(written)["parent"][0].as_py()
    own = change_cell("neighbour", 0, parent)  # no row is its own neighbour
    assert _failed(rewrite(written, BIGGEST, own)) == {"re-derived"}


def test_without_synthetic_rows_there_is_nothing_to_check(tmp_path: Path) -> None:
    written = write(config_of(tmp_path, strategy={"kind": "random_over"}))
    found = _checks(written)
    assert all(check.success for check in found.values())
    assert found["parents"].note.startswith("0 of 0")


def test_levels_may_be_in_any_order(tmp_path: Path) -> None:
    """The values are checked, not how a file happens to encode them."""
    levels = pa.dictionary(pa.int8(), pa.string())
    table = mixed_table()
    towns = table["town"].cast(pa.string()).combine_chunks().dictionary_encode()
    place = table.schema.get_field_index("town")
    source = tmp_path / "levels.parquet"
    pq.write_table(table.set_column(place, "town", towns.cast(levels)), source)
    written = write(config_of(tmp_path, source=str(source)))

    def turned(table: pa.Table) -> pa.Table:
        texts = ["w", "z", "y", "x"]
        codes = [texts.index(town) for town in table["town"].to_pylist()]
        other = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), texts)
        return table.set_column(place, table.schema.field(place), other)

    assert not _failed(rewrite(written, "/train/synthetic-00002-", turned))


def test_integers_beside_nulls_are_compared_to_the_last_digit(tmp_path: Path) -> None:
    """As floats, 2**60 and 2**60 + 1 would be the same."""
    table = mixed_table()
    big = [None if row % 5 == 0 else 2**60 for row in range(table.num_rows)]
    source = tmp_path / "big.parquet"
    pq.write_table(table.append_column("big", pa.array(big)), source)
    few = {"kind": "smote", "rows": {"small": 40}}
    written = write(config_of(tmp_path, source=str(source), strategy=few))
    assert not _failed(written)
    made = pq.read_table(path_of(written, find(written, "/train/synthetic-")))
    row = made["big"].to_pylist().index(2**60)
    change = change_cell("big", row, 2**60 + 1)
    assert _failed(rewrite(written, "/train/synthetic-", change)) == {"re-derived"}
