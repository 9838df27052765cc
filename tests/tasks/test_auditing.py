"""A published version is checked from its files alone, and nothing goes unnoticed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.manifest import Manifest
from schemas.written import Check, FileEntry
from tasks import rederiving
from tasks.auditing import audit
from tasks.running import DirectRunner
from tasks.storage.commits import data_folder, manifest_path
from tasks.storage.sealing import seal
from tasks.storage.stores import store_at
from tasks.storage.workspace import absolute, describe
from tests.datasets import request as ask
from tests.s3 import S3
from tests.tasks.attempts import SPLITS, change_cell, config_of, take

STRATEGIES = ["none", "random_over", "random_under", "smote", "smote_under", "weights"]
Change = Callable[[pa.Table], pa.Table]


def _publish(folder: Path, **fields: object) -> tuple[str, Manifest]:
    outcome = balance_dataset(config_of(folder, **fields), DirectRunner())
    return outcome.root, outcome.manifest


def _failed(root: str, number: int = 1) -> dict[str, str]:
    return {
        check.name: check.note for check in audit(root, number) if not check.success
    }


def _find(manifest: Manifest, part: str) -> FileEntry:
    return next(entry for entry in manifest.files if part in entry.path)


def _reseal(root: str, manifest: Manifest, **fields: object) -> None:
    """Write a manifest as one who knows how seals are made."""
    made = seal(manifest.model_copy(update=fields))
    path = Path(absolute(root, manifest_path(manifest.version)))
    path.write_text(made.model_dump_json(indent=2))


def _rewrite(root: str, manifest: Manifest, part: str, change: Change) -> None:
    """Write a file with other rows, and list it as if it had always been so."""
    entry = _find(manifest, part)
    path = absolute(root, entry.path)
    table = change(pq.read_table(path))
    pq.write_table(table, path)
    now = describe(root, entry).model_copy(update={"rows": table.num_rows})
    files = tuple(now if item == entry else item for item in manifest.files)
    _reseal(root, manifest, files=files)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_a_run_publishes_passes_every_check(strategy: str, tmp_path: Path) -> None:
    key = {"key": ["id"], "ignore": []}
    root, manifest = _publish(tmp_path, strategy={"kind": strategy}, **key)
    checks = audit(root, 1)
    assert [check for check in checks if not check.success] == []
    assert {"manifest", "bytes", "holdout apart", "re-derived"} <= {
        c.name for c in checks
    }
    synthetic = sum(item.synthetic for item in manifest.classes)
    assert checks[-1].note.startswith(f"{synthetic:,} synthetic rows")
    assert (synthetic > 0) == strategy.startswith("smote")


@pytest.mark.parametrize("split", SPLITS)
def test_what_a_split_published_passes_every_check(split: str, tmp_path: Path) -> None:
    fields = {"split": SPLITS[split], "holdout": 0.3, "seed": 2}
    root, manifest = _publish(tmp_path, **fields)
    assert _failed(root) == {}
    assert split in {check.name for check in audit(root, 1)}
    strange = pq.read_table(absolute(root, _find(manifest, "/holdout/").path))
    column = str(SPLITS[split]["column"])
    known = strange.column(column)[0].as_py()
    _rewrite(root, manifest, "/train/part-", change_cell(column, 0, known))
    assert split in _failed(root)


@pytest.mark.parametrize("kind", ["weights", "random_under"])
def test_weights_follow_from_the_counts(kind: str, tmp_path: Path) -> None:
    strategy = {"kind": kind, "weight_column": "w"}
    root, manifest = _publish(tmp_path, strategy=strategy)
    assert _failed(root) == {}
    doubled = [c.model_copy(update={"weight": 2 * c.weight}) for c in manifest.classes]
    _reseal(root, manifest, classes=tuple(doubled))
    assert "other weights than follow from its counts" in _failed(root)["weights"]
    _reseal(root, manifest)
    _rewrite(root, manifest, "/train/", change_cell("w", 0, 9.0))
    assert "not those of" in _failed(root)["weights"]
    _rewrite(root, manifest, "/train/", lambda table: table.drop_columns(["w"]))
    assert "different" in _failed(root)["schema"]


@pytest.mark.parametrize("name", ["ecoli", "horse_colic", "hypothyroid"])
def test_real_datasets_are_made_again_to_the_bit(name: str, tmp_path: Path) -> None:
    fields = {"strategy": {"kind": "smote"}, "evaluation": {"evaluator": "none"}}
    outcome = balance_dataset(ask(name, tmp_path, **fields), DirectRunner())
    assert _failed(outcome.root) == {}


def test_in_a_bucket_it_is_the_same(s3: S3, tmp_path: Path) -> None:
    root, _ = _publish(tmp_path, output=f"s3://{s3.bucket()}/out")
    assert _failed(root) == {}
    path = next(p.path for p in store_at(root).below("data") if "/holdout/" in p.path)
    data = bytearray(store_at(root).read(path) or b"")
    data[len(data) // 2] ^= 1
    store_at(root).replace(path, bytes(data))
    assert path in _failed(root)["bytes"]


def test_a_flipped_byte_is_noticed_in_every_file(tmp_path: Path) -> None:
    root, manifest = _publish(tmp_path)
    rng = np.random.default_rng(0)
    for entry in manifest.files:
        path = Path(absolute(root, entry.path))
        whole = path.read_bytes()
        place = int(rng.integers(len(whole)))
        harmed = bytearray(whole)
        harmed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(harmed)
        assert entry.path in _failed(root)["bytes"]
        path.write_bytes(whole)
    assert _failed(root) == {}


def test_a_flipped_byte_is_noticed_anywhere_in_the_manifest(tmp_path: Path) -> None:
    root, _ = _publish(tmp_path, strategy={"kind": "none"})
    path = Path(absolute(root, manifest_path(1)))
    whole = path.read_bytes()
    blanks = [place for place, byte in enumerate(whole) if byte in b" \n"]
    for place in {*range(0, len(whole), 53), *blanks[::41]}:
        for other in (whole[place] ^ 1, 9 if place in blanks else whole[place] ^ 4):
            path.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
            assert {"manifest", "the rest"} <= set(_failed(root)), (place, other)
    path.write_bytes(whole)
    assert _failed(root) == {}


def test_what_is_missing_or_more_is_named(tmp_path: Path) -> None:
    root, manifest = _publish(tmp_path)
    train = Path(absolute(root, f"{data_folder(manifest)}/train"))
    (train / ".part.0123.tmp").touch()  # readers do not see it
    checks = {check.name: check for check in audit(root, 1)}
    assert checks["unlisted files"].success
    assert ".part.0123.tmp" in checks["unlisted files"].note
    (train / "part-99999.parquet").write_bytes(b"")
    assert "part-99999.parquet" in _failed(root)["unlisted files"]
    (train / "part-99999.parquet").unlink()
    Path(absolute(root, _find(manifest, "/lineage/").path)).unlink()
    assert "is gone" in _failed(root)["files"]


def test_a_signpost_that_points_elsewhere_is_told(tmp_path: Path) -> None:
    root, _ = _publish(tmp_path)
    Path(root, "latest.json").write_text("{}")
    found = _failed(root)
    assert "does not point to version 1" in found["latest.json"]
    assert list(found) == ["latest.json"]  # for nothing rests on it


def _shift(table: pa.Table, column: str) -> pa.Table:
    place = table.schema.get_field_index(column)
    values = table.column(place).to_numpy().copy()
    values[0], values[1] = values[1], values[0]
    field = table.schema.field(place)
    return table.set_column(place, field, pa.array(values, field.type))


RESEALED: dict[str, tuple[str, Change, str]] = {
    "a synthetic number": (
        "/train/synthetic-00002",
        change_cell("size", 3, 0.25),
        "row 3 is not what its parents give in 'size'",
    ),
    "a synthetic category": (
        "/train/synthetic-00002",
        change_cell("town", 0, "w"),
        "row 0 is not what its parents give in 'town'",
    ),
    "a key of a synthetic row": (
        "/train/synthetic-00002",
        change_cell("id", 1, 7),
        "row 1 is not what its parents give in 'id'",
    ),
    "the order of synthetic rows": (
        "/train/synthetic-00002",
        lambda table: table.take(pa.array([1, 0, *range(2, table.num_rows)])),
        "is not what its parents give",
    ),
    "a donor": (
        "/train/part-",
        lambda table: table.set_column(
            1, "size", pa.array(np.arange(table.num_rows) * 1.0)
        ),
        "is not what its parents give",
    ),
    "a row of lineage": (
        "/lineage/synthetic-00002",
        lambda table: table.take(pa.array([1, 0, *range(2, table.num_rows)])),
        "lineage tells another row of row 0",
    ),
    "parents exchanged": (
        "/lineage/synthetic-00002",
        lambda table: _shift(table, "parent"),
        "lineage",
    ),
    "neighbours exchanged": (
        "/lineage/synthetic-00002",
        lambda table: _shift(table, "neighbour"),
        "lineage",
    ),
    "a share": (
        "/lineage/synthetic-00002",
        change_cell("lam", 2, 0.5),
        "lineage tells another lam of row 2",
    ),
    "a parent that is none": (
        "/lineage/synthetic-00002",
        change_cell("parent", 0, -5),
        "lineage tells another parent of row 0",
    ),
    "another label": (
        "/lineage/synthetic-00002",
        change_cell("label", 0, "big"),
        "lineage tells another label of row 0",
    ),
}


@pytest.mark.parametrize("case", RESEALED)
def test_one_who_seals_again_is_found_out(case: str, tmp_path: Path) -> None:
    root, manifest = _publish(tmp_path)
    part, change, said = RESEALED[case]
    _rewrite(root, manifest, part, change)
    failed = _failed(root)
    assert set(failed) == {"re-derived"}
    assert said in failed["re-derived"]


COUNTED: dict[str, tuple[str, Change, str]] = {
    "a row less in train": ("/train/part-", take(range(5)), "real training rows"),
    "a row twice in the holdout": ("/holdout/", take([0, 0, 1]), "holdout"),
    "another label in train": (
        "/train/synthetic-00002",
        change_cell("kind", 0, "big"),
        "synthetic rows",
    ),
    "a rejected row less": ("/rejected/", take([0]), "rejected rows"),
    "another column": ("/train/part-", lambda t: t.drop_columns(["age"]), "schema"),
    "no target": ("/rejected/", lambda t: t.drop_columns(["kind"]), "counts"),
}


@pytest.mark.parametrize("case", COUNTED)
def test_rows_are_counted_again(case: str, tmp_path: Path) -> None:
    root, manifest = _publish(tmp_path)
    part, change, name = COUNTED[case]
    _rewrite(root, manifest, part, change)
    assert {name, "the rest"} <= set(_failed(root))


def test_lineage_that_is_gone_or_short_is_told(tmp_path: Path) -> None:
    root, manifest = _publish(tmp_path)
    _rewrite(root, manifest, "/lineage/synthetic-00002", take([0, 1]))
    assert "have 2 lines of lineage" in _failed(root)["re-derived"]
    lost = _find(manifest, "/lineage/synthetic-00002")
    Path(absolute(root, lost.path)).unlink()
    _reseal(root, manifest, files=tuple(e for e in manifest.files if e != lost))
    assert "it has no lineage" in _failed(root)["re-derived"]


def test_a_row_of_the_holdout_that_was_trained_on_is_found(tmp_path: Path) -> None:
    root, manifest = _publish(
        tmp_path, strategy={"kind": "none"}, key=["id"], ignore=[]
    )
    holdout = pq.read_table(absolute(root, _find(manifest, "/holdout/").path))
    known = holdout.column("id")[0].as_py()
    _rewrite(root, manifest, "/train/part-", change_cell("id", 0, known))
    assert ", 1 in both" in _failed(root)["holdout apart"]


def test_a_search_that_cannot_be_repeated_is_told_honestly(tmp_path: Path) -> None:
    root, manifest = _publish(tmp_path)
    told = manifest.searches[0].model_copy(update={"method": "faiss X", "recall": 0.9})
    packages = {**manifest.environment.packages, "faiss-cpu": "0.1"}
    environment = manifest.environment.model_copy(update={"packages": packages})
    searches = (told, *manifest.searches[1:])
    _reseal(root, manifest, searches=searches, environment=environment)
    said = _failed(root)["re-derived"]
    assert said.startswith("not re-derived: the neighbours of class")
    assert "found by faiss X at a recall of 0.9000, here by scikit-learn" in said
    assert "faiss-cpu 0.1 then, " in said


def test_without_the_package_of_a_search_it_is_not_re_derived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _ = _publish(tmp_path)

    def lacking(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'faiss'", name="faiss")

    monkeypatch.setattr(rederiving, "search", lacking)
    assert "not re-derived: " in _failed(root)["re-derived"]


@pytest.mark.parametrize("field", ["duplicated", "searches"])
def test_donors_that_cannot_be_told_are_told(field: str, tmp_path: Path) -> None:
    root, manifest = _publish(tmp_path)
    if field == "searches":
        _reseal(root, manifest, searches=())
        said = "were searched"
    else:
        classes = [
            item.model_copy(
                update={"kept": item.kept - 1, "dropped": item.dropped + 1, field: 1}
            )
            if item.synthetic
            else item
            for item in manifest.classes
        ]
        _reseal(root, manifest, classes=tuple(classes))
        said = "has repeated rows"
    assert said in _failed(root)["re-derived"]


def test_rows_that_do_not_add_up_are_told(tmp_path: Path) -> None:
    root, manifest = _publish(tmp_path)
    more = manifest.source.model_copy(update={"rows": 9_999})
    _reseal(root, manifest, source=more)
    assert "9,999 source rows = " in _failed(root)["no row lost"]


def test_a_manifest_that_is_gone_leaves_nothing_to_check(tmp_path: Path) -> None:
    root, _ = _publish(tmp_path)
    found = audit(root, 7)
    assert [check.name for check in found] == ["manifest", "the rest"]
    assert isinstance(found[0], Check)
