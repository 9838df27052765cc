"""What is calibrated on was neither trained on, nor has it descendants that were."""

from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from tasks.storage.workspace import directory
from tests.tasks.attempts import Written, config_of, mixed_table, write

ID, SPARED = "ordinal", "evenkeel_spared"


def written(folder: Path, kind: str, *, keyed: bool) -> Written:
    key = {"key": ["id"], "ignore": []} if keyed else {"ignore": ["id"]}
    judged = {"evaluator": "knn"}
    return write(config_of(folder, strategy={"kind": kind}, evaluation=judged, **key))


def scratch(found: Written, part: str, pattern: str = "*") -> pa.Table:
    folder = Path(directory(found.attempt)) / part
    return ds.dataset(sorted(folder.glob(f"{pattern}.parquet"))).to_table()


def kinds(table: pa.Table) -> dict[object, set[bool]]:
    """Tell of each source row how its copies are marked."""
    marks: dict[object, set[bool]] = {}
    for row in table.select(["id", SPARED]).to_pylist():
        marks.setdefault(row["id"], set()).add(row[SPARED])
    return marks


@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize("kind", ["random_over", "smote", "smote_under"])
def test_a_row_its_copies_and_its_descendants_are_spared_together(
    kind: str, tmp_path: Path, *, keyed: bool
) -> None:
    found = written(tmp_path, kind, keyed=keyed)
    marks = kinds(scratch(found, "scratch/asis"))
    assert all(len(told) == 1 for told in marks.values())
    spared = {place for place, told in marks.items() if told == {True}}
    assert 0.1 < len(spared) / len(marks) < 0.3
    real = kinds(scratch(found, "scratch/balanced", "part-*"))
    assert all(told == marks[place] for place, told in real.items())
    if kind.startswith("smote"):
        made = scratch(found, "scratch/balanced", "synthetic-*")
        lineage = scratch(found, "lineage")
        ids = mixed_table()["id"]
        expected = [
            bool({ids[row["parent"]].as_py(), ids[row["neighbour"]].as_py()} & spared)
            for row in lineage.to_pylist()
        ]
        assert made[SPARED].to_pylist() == expected
        assert set(expected) == {True, False}


def test_a_group_is_spared_whole_and_with_all_that_descends_from_it(
    tmp_path: Path,
) -> None:
    table, source = mixed_table(), tmp_path / "firms.parquet"
    firms = [f"firm {row // 4}" for row in range(table.num_rows)]
    pq.write_table(table.append_column("firm", pa.array(firms)), source)
    asked = {"source": str(source), "split": {"kind": "group", "column": "firm"}}
    strategy, judged = {"kind": "smote"}, {"evaluator": "knn"}
    found = write(config_of(tmp_path, strategy=strategy, evaluation=judged, **asked))
    asis = scratch(found, "scratch/asis")
    marks = set(
        zip(*(asis[name].to_pylist() for name in ("firm", SPARED)), strict=True)
    )
    spared = {firm for firm, told in marks if told}
    assert len(marks) == len({firm for firm, _ in marks})
    assert 0.1 < len(spared) / len(marks) < 0.35
    made = scratch(found, "scratch/balanced", "synthetic-*")
    parents = scratch(found, "lineage").select(["parent", "neighbour"]).to_pylist()
    related = [{firms[place] for place in row.values()} for row in parents]
    assert made[SPARED].to_pylist() == [bool(one & spared) for one in related]


@pytest.mark.parametrize("kind", ["none", "random_under", "weights"])
def test_nothing_is_spared_where_the_formula_suffices(
    kind: str, tmp_path: Path
) -> None:
    found = written(tmp_path, kind, keyed=False)
    assert SPARED not in scratch(found, "scratch/asis").column_names
    assert SPARED not in scratch(found, "scratch/balanced").column_names


def test_no_mark_is_published(tmp_path: Path) -> None:
    found = written(tmp_path, "smote", keyed=False)
    for part in ("train", "holdout"):
        assert scratch(found, part).column_names == mixed_table().column_names
