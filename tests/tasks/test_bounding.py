"""A feature schema is kept by every row that is published, and told of in the passport.

Rows of the source that fail are set aside; synthetic ones are drawn again.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.comparison import compare_dataset
from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError, VerificationError
from schemas.manifest import Manifest
from schemas.written import SyntheticResult
from tasks.algorithms.identity import run_key
from tasks.auditing import audit
from tasks.bounding import check_published_bounds
from tasks.bounds_file import read_bounds
from tasks.running import DirectRunner
from tasks.storage.workspace import absolute
from tasks.survey import survey_source
from tasks.synthesis import redrawn_rows
from tests.tasks.attempts import (
    change_cell,
    checks,
    config_of,
    mixed_table,
    rewrite,
    write,
)

ODD = [age for age in range(99) if age % 10]
SCHEMA = f"""
schema_type: dataframe
columns:
  id:
    less_than: 370
  age:
    isin: {ODD}
  size:
    in_range: {{min_value: -3, max_value: 3}}
    nullable: true
"""


def _config(folder: Path, schema: str = SCHEMA, **fields: object) -> BalanceConfig:
    place = folder / "features.yaml"
    place.write_text(schema)
    contract = {"nullable": True, "max_rejected_share": 0.5}
    return config_of(folder, **{"features": str(place), "contract": contract, **fields})


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Manifest]:
    folder = tmp_path_factory.mktemp("bounds")
    outcome = balance_dataset(_config(folder), DirectRunner())
    return outcome.root, outcome.manifest


def test_rows_that_fail_are_set_aside_each_with_its_reason(
    published: tuple[str, Manifest],
) -> None:
    root, manifest = published
    path = next(e.path for e in manifest.files if "/rejected/" in e.path)
    table = pq.read_table(absolute(root, path))
    rows = mixed_table().to_pylist()
    expected = {}
    for row in rows:
        if row["id"] >= 370:
            expected[row["id"]] = "id is not less_than(370)"
        elif row["age"] % 10 == 0:
            expected[row["id"]] = "age is not isin("
        elif row["kind"] is None:
            expected[row["id"]] = "label is missing"
    found = dict(zip(table["id"].to_pylist(), table["reason"].to_pylist(), strict=True))
    assert set(found) == set(expected)
    assert all(found[row].startswith(reason) for row, reason in expected.items())
    labels = {row["id"]: row["kind"] for row in rows}
    assert table["kind"].to_pylist() == [labels[row] for row in table["id"].to_pylist()]
    assert sum(item.rows for item in manifest.rejections) == len(expected)
    by_class = {item.label: item.rejected for item in manifest.classes}
    failed = [labels[row] for row in expected]
    assert by_class == {label: failed.count(label) for label in by_class}


def test_synthetic_rows_pass_and_are_told_of(published: tuple[str, Manifest]) -> None:
    root, manifest = published
    assert set(manifest.redrawn) == {"small"}
    for item in manifest.classes:
        assert 0 <= manifest.redrawn.get(item.label, 0) <= item.synthetic / 2
    for entry in manifest.files:
        if "/train/" in entry.path:
            ages = pq.read_table(absolute(root, entry.path))["age"].to_pylist()
            assert set(ages) <= set(ODD)
    assert set(manifest.features) == {"id", "age", "size"}
    audited = {check.name: check for check in audit(root, 1)}
    assert all(check.success for check in audited.values())
    assert "rows pass" in audited["feature schema"].note
    report = next(e for e in manifest.files if e.path.endswith("report.md"))
    text = Path(absolute(root, report.path)).read_text()
    assert "failed the feature schema and were drawn again" in text


def test_a_row_that_fails_is_found_before_it_is_published(tmp_path: Path) -> None:
    written = write(_config(tmp_path))
    assert "feature schema" in {check.name for check in checks(written)}
    changed = rewrite(written, "/holdout/", change_cell("age", 0, 50))
    with pytest.raises(VerificationError, match=r"feature schema: .* others are in"):
        checks(changed)


def test_a_row_that_fails_is_found_in_what_is_published(
    published: tuple[str, Manifest],
) -> None:
    root, manifest = published
    stricter = manifest.features | {"age": '{"less_than": 90}'}
    told = manifest.model_copy(update={"features": stricter})
    (check,) = check_published_bounds(root, told)
    assert not check.success
    (check,) = check_published_bounds(root, manifest)
    assert check.success


def test_the_content_of_a_schema_is_part_of_a_run_and_its_path_is_not(
    tmp_path: Path,
) -> None:
    one, plain = _config(tmp_path), config_of(tmp_path)
    other = one.model_copy(update={"features": str(tmp_path / "other.yaml")})
    Path(str(other.features)).write_text(f"# the same\n{SCHEMA}")
    keys = [
        run_key(config, survey_source.fn(config).fingerprint)
        for config in (one, other, plain)
    ]
    assert keys[0] == keys[1] != keys[2]
    looser = _config(tmp_path, SCHEMA.replace("370", "371"))
    assert run_key(looser, survey_source.fn(looser).fingerprint) not in keys


@pytest.mark.parametrize(
    ("schema", "fields", "message"),
    [
        (SCHEMA, {"contract": {"nullable": True}}, "or of the features .* 5.00%"),
        (
            SCHEMA,
            {"contract": {"nullable": True, "on_violation": "fail"}},
            "id is not less_than.*on_violation is fail",
        ),
        ("columns: {agee: {less_than: 3}}", {}, "no column 'agee'; did you mean 'age'"),
        ("columns: {kind: {isin: [big]}}", {}, "names the target 'kind'"),
        ("columns: {town: {less_than: 3}}", {}, "ask what fits its type"),
        ("columns: [", {}, "is no YAML"),
        ("columns: &a {age: *a}", {}, "is no YAML|refers to itself"),
        ("a: &a {}\ncolumns: {age: *a}", {}, "refers to itself"),
        ("- 3", {}, "says nothing of any column"),
        (
            "columns: {size: {less_than: -9}}",
            {"contract": {"max_rejected_share": 1}},
            "no row has features as they are asked for",
        ),
    ],
)
def test_a_schema_that_cannot_be_kept_is_told(
    schema: str, fields: dict[str, object], message: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message):
        survey_source.fn(_config(tmp_path, schema, **fields))


def test_a_column_that_need_not_be_there_need_not_be_there(tmp_path: Path) -> None:
    config = _config(tmp_path, "columns: {agee: {less_than: 3, required: false}}")
    assert not any(column.checks for column in survey_source.fn(config).columns)


def test_a_file_that_is_not_there_or_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="is not there; name a YAML file"):
        read_bounds(str(tmp_path / "none.yaml"))
    inside = tmp_path / "inside"
    monkeypatch.setenv("EVENKEEL_ALLOWED_ROOTS", str(inside))
    with pytest.raises(UserError, match="EVENKEEL_ALLOWED_ROOTS"):
        read_bounds(str(tmp_path / "none.yaml"))
    monkeypatch.delenv("EVENKEEL_ALLOWED_ROOTS")
    big = tmp_path / "big.yaml"
    big.write_bytes(b" " * (2**20 + 1))
    with pytest.raises(UserError, match="has more than 1,048,576 bytes"):
        read_bounds(str(big))


def test_a_sampler_whose_rows_fail_is_refused(tmp_path: Path) -> None:
    config = _config(tmp_path, strategy={"kind": "sampler", "name": "SMOTENC"})
    with pytest.raises(UserError, match=r"rows that SMOTENC made fail .* age is not"):
        balance_dataset(config, DirectRunner())


def test_too_many_rows_drawn_again_stop_the_run() -> None:
    made = [
        SyntheticResult(label="a", files=(), rows=10, redrawn=5),
        SyntheticResult(label="a", files=(), rows=1, redrawn=0),
        SyntheticResult(label="b", files=(), rows=9, redrawn=0),
    ]
    assert redrawn_rows(made) == {"a": 5}
    more = SyntheticResult(label="a", files=(), rows=1, redrawn=1)
    with pytest.raises(UserError, match=r"7 of 13 .* class 'a' .* more than 50%"):
        redrawn_rows([*made, more, more])


@pytest.mark.parametrize("kind", ["random_over", "random_under", "smote", "weights"])
def test_every_strategy_keeps_bounds_merges_and_caps_whatever_the_layout(
    kind: str, tmp_path: Path
) -> None:
    contract = {"nullable": True, "max_rejected_share": 0.5}
    config = _config(
        tmp_path,
        contract={**contract, "rare_below": 20, "rare_into": "rare"},
        strategy={"kind": kind, "leave": ["big"], "cap_rows": 400},
        ordinal={"town": ["z", "x", "y"]},
        weight="hours",
    )
    table = mixed_table()
    hours = pa.array([1.0 + row % 3 for row in range(table.num_rows)])
    pq.write_table(table.append_column("hours", hours), config.source)
    outcome = balance_dataset(config, DirectRunner())
    assert all(check.success for check in audit(outcome.root, 1))
    manifest = outcome.manifest
    assert manifest.merger is not None
    assert set(manifest.merger.rows) == {"small"}
    big, mid, rare = (item for item in manifest.classes if item.train)
    assert kind == "weights" or mid.train == rare.train
    assert big.train == big.kept == big.source - big.rejected - big.holdout
    assert sum(item.train for item in manifest.classes) <= 400
    pq.write_table(
        pq.read_table(config.source), config.source, row_group_size=7, version="1.0"
    )
    again = balance_dataset(config, DirectRunner(), force=True).manifest
    assert _data(again) == _data(manifest)


def _data(manifest: Manifest) -> dict[str, str]:
    named = {entry.path.split("/", 2)[2]: entry.sha256 for entry in manifest.files}
    return {path: sha for path, sha in named.items() if not path.startswith("report")}


def test_strategies_are_compared_on_rows_that_pass(tmp_path: Path) -> None:
    tournament = {"folds": 2, "repeats": 1, "approaches": ["smote"], "ratios": [1]}
    config = _config(
        tmp_path,
        tournament=tournament,
        evaluation={"trees": 5},
        contract={
            "nullable": True,
            "max_rejected_share": 0.5,
            "rare_below": 20,
            "rare_into": "rare",
        },
    )
    board = compare_dataset(config, DirectRunner()).leaderboard
    passing = [age % 10 > 0 for age in mixed_table()["age"].to_pylist()]
    assert board.rows < sum(passing)
    assert set(board.classes) == {"big", "mid", "rare"}
