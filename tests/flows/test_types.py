"""Every type of Arrow that a Parquet file can hold goes through a run unchanged."""

import math
import random
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import polars as pl
import polars.testing
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.records import Outcome
from tasks.algorithms.oddities import INFINITE, infinite_rows
from tasks.algorithms.roles import feature_role
from tasks.auditing import audit
from tasks.planning import plan_resampling
from tasks.running import DirectRunner
from tasks.survey import survey_source
from tests import kinds
from tests.algorithms.mixed import INTERPOLATED, NESTED, VOTED, is_between
from tests.kinds import CARRIED, FEATURES, HINTED, ID, ROWS, TARGET
from tests.strategies import LABELS, NAMES

FOREST = {"trees": 5, "resamples": 100}
QUIET = {"evaluator": "none"}


class Run(NamedTuple):
    """A run over all types: its source, and the folder of its version."""

    source: Path
    version: Path
    outcome: Outcome


def _config(source: Path, **fields: object) -> BalanceConfig:
    asked = {"source": str(source), "target": TARGET, "evaluation": QUIET}
    asked["output"] = str(source.with_name("out"))
    return BalanceConfig.model_validate({**asked, **fields})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Balance three files, whose dictionaries differ, by SMOTE."""
    source = tmp_path_factory.mktemp("types") / "source"
    source.mkdir()
    for place, (start, stop) in enumerate(pairwise([0, 41, 79, ROWS])):
        part = kinds.table(start, stop - start)
        pq.write_table(part, source / f"{place}.parquet", row_group_size=17)
    pq.write_table(kinds.table(0, 0), source / "empty.parquet")
    config = _config(
        source,
        ignore=[ID, *kinds.carried(kinds.table(0, 0).schema)],
        strategy={"kind": "smote"},
        evaluation=FOREST,
        contract={"nullable": True},
    )
    outcome = balance_dataset(config, DirectRunner())
    version = Path(outcome.root, *outcome.manifest.files[0].path.split("/")[:2])
    return Run(source, version, outcome)


def _real(version: Path) -> list[str]:
    """List the files with rows of the source."""
    found = [*version.glob("train/part-*"), *version.glob("holdout/*")]
    return [str(path) for path in found]


def test_a_run_over_all_types_is_verified_and_judged(run: Run) -> None:
    manifest = run.outcome.manifest
    assert manifest.source.rows == ROWS
    assert sum(item.synthetic for item in manifest.classes) > 20
    assert manifest.verdict != "not evaluated"
    assert all(check.success for check in audit(run.outcome.root, manifest.version))


def test_pyarrow_reads_the_same_rows_and_types(run: Run) -> None:
    source = ds.dataset(run.source)
    expected = source.to_table().sort_by(ID)
    found = ds.dataset(_real(run.version)).to_table().sort_by(ID)
    assert ds.dataset(run.version / "train").schema.equals(
        source.schema, check_metadata=True
    )
    assert found.schema.equals(expected.schema, check_metadata=True)
    assert repr(found.to_pylist()) == repr(expected.to_pylist())


def test_pandas_reads_the_same_rows_and_types(run: Run) -> None:
    expected = pd.read_parquet(run.source)
    parts = [pd.read_parquet(path) for path in _real(run.version)]
    found = pd.concat(parts).sort_values(ID)
    for name in expected:
        if expected[name].dtype != found[name].dtype:  # levels that a part lacks
            assert isinstance(expected[name].dtype, pd.CategoricalDtype)
            found[name] = found[name].astype(expected[name].dtype)
    columns = [str(name) for name in expected]
    flat = [name for name in columns if not _is_nested(run, name)]
    pd.testing.assert_frame_equal(
        found[flat].reset_index(drop=True),
        expected.sort_values(ID)[flat],
        check_categorical=False,
    )


def _is_nested(run: Run, name: str) -> bool:
    kind = pq.read_schema(run.source / "0.parquet").field(name).type
    return bool(pa.types.is_nested(kind))


def test_polars_reads_the_same_rows_and_types(run: Run) -> None:
    names = _readable_by_polars(run)
    expected, found = (
        pl.concat([pl.read_parquet(path, columns=names) for path in files]).sort(ID)
        for files in (sorted(map(str, run.source.iterdir())), _real(run.version))
    )
    assert found.schema == expected.schema
    polars.testing.assert_frame_equal(found, expected, check_exact=True)


def _readable_by_polars(run: Run) -> list[str]:
    """Leave out what polars cannot read of the source either."""
    found = []
    for name in pq.read_schema(run.source / "0.parquet").names:
        try:
            pl.read_parquet(run.source / "0.parquet", columns=[name])
        except pl.exceptions.PolarsError:
            continue
        found.append(name)
    assert len(found) > 40
    return found


def test_duckdb_reads_the_same_rows_and_types(run: Run) -> None:
    def told(files: list[str]) -> tuple[list[Any], list[Any]]:
        relation = duckdb.read_parquet(files)
        rows = relation.order(f'"{ID}"').fetchall()
        return list(zip(relation.columns, relation.types, strict=True)), rows

    types, rows = told([str(path) for path in sorted(run.source.glob("?.parquet"))])
    found_types, found_rows = told(_real(run.version))
    assert found_types == types
    assert repr(found_rows) == repr(rows)


def _synthetic(run: Run) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Give the synthetic rows, and the parents and neighbours of each."""
    made = ds.dataset([str(p) for p in run.version.glob("train/synthetic-*")])
    lineage = ds.dataset(run.version / "lineage", format="parquet").to_table()
    source = ds.dataset(run.source).to_table()
    parents, neighbours = (
        source.take(lineage[role]) for role in ("parent", "neighbour")
    )
    return made.to_table(), parents, neighbours


def _features() -> Iterator[tuple[str, pa.DataType]]:
    for field in kinds.table(0, 0).schema:
        if field.type in FEATURES and field.name not in {ID, TARGET}:
            yield field.name, field.type


def test_synthetic_values_are_of_the_type_and_between_their_parents(run: Run) -> None:
    made, parents, neighbours = _synthetic(run)
    assert made.schema.equals(parents.schema)
    rare = ds.dataset(run.source).to_table(filter=ds.field(TARGET) == "rare")
    for name, kind in _features():
        values, *ends, known = (
            table[name].cast(_exact(table[name].type)).to_pylist()
            for table in (made, parents, neighbours, rare)
        )
        if feature_role(kind) in {"numeric", "temporal"}:
            for value, parent, neighbour in zip(values, *ends, strict=True):
                assert is_between(value, parent, neighbour), name
            assert len({repr(value) for value in values}) > 2, name
        else:
            assert set(values) <= set(known), name


def _exact(kind: pa.DataType) -> pa.DataType:
    """Python's durations and times know no nanoseconds."""
    if kind in {pa.duration("ns"), pa.time64("ns"), pa.timestamp("ns")}:
        return pa.int64()
    return kind


def test_what_is_ignored_is_null_in_synthetic_rows(run: Run) -> None:
    made, _, _ = _synthetic(run)
    for name in [ID, *kinds.carried(made.schema)]:
        assert made[name].null_count == made.num_rows


def test_odd_numbers_are_counted_as_they_are(run: Run) -> None:
    table = ds.dataset(run.source).to_table()
    found = {one.column: one for one in run.outcome.manifest.odd_numbers}
    reals = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    assert list(found) == reals
    for name in reals:
        values = [v for v in table[name].to_pylist() if v is not None]
        assert found[name].nan == sum(map(math.isnan, values))
        assert found[name].infinite == sum(map(math.isinf, values))
        signs = [math.copysign(1, value) for value in values if value == 0]
        assert found[name].negative_zero == signs.count(-1)


@pytest.mark.parametrize("kind", CARRIED, ids=str)
def test_a_type_that_no_model_reads_has_to_be_ignored(
    kind: pa.DataType, tmp_path: Path
) -> None:
    table = pa.table(
        {"x y": kinds.column(kind, CARRIED[kind], range(8)), TARGET: [*"aabbaabb"]}
    )
    source = tmp_path / "source.parquet"
    pq.write_table(table, source)
    with pytest.raises(UserError, match="carry them along unused with --ignore 'x y'"):
        survey_source.fn(_config(source))
    assert survey_source.fn(_config(source, ignore=["x y"])).rows == 8


@pytest.mark.parametrize("kind", HINTED, ids=str)
def test_a_layout_that_only_arrow_knows_is_read_as_the_usual(
    kind: pa.DataType, tmp_path: Path
) -> None:
    usual = pa.nulls(8, HINTED[kind])
    table = pa.table({"x": pa.nulls(8, kind), "z": range(8), TARGET: [*"aabbaaab"]})
    source = tmp_path / "source.parquet"
    pq.write_table(table, source)
    asked = {"ignore": ["x"], "strategy": {"kind": "random_over"}}
    outcome = balance_dataset(_config(source, **asked), DirectRunner())
    found = ds.dataset(next(Path(outcome.root).glob("data/*/train"))).to_table()
    assert found["x"].type == usual.type
    assert found.num_rows == sum(item.train for item in outcome.manifest.classes)


KEYS = [kind for kind in FEATURES if not pa.types.is_null(kind)]


@pytest.mark.parametrize("kind", KEYS, ids=str)
def test_any_scalar_is_a_key(kind: pa.DataType, tmp_path: Path) -> None:
    cells = kinds.column(kind, FEATURES[kind], range(ROWS)).to_pylist()
    distinct = list({repr(cell): cell for cell in cells if cell is not None}.values())
    rows = len(distinct)
    keys = kinds.column(kind, lambda row: distinct[row], range(rows))
    labels = (["a", "b"] * rows)[:rows]
    table = pa.table({"k": keys, "x": pa.array(range(rows)), TARGET: labels})
    source = tmp_path / "source.parquet"
    pq.write_table(table, source)
    config = _config(source, key=["k"], strategy={"kind": "random_over"})
    plan = plan_resampling.fn(config, survey_source.fn(config))
    assert sum(item.source for item in plan.classes) == rows


TARGETS = [
    *(k for k in FEATURES if pa.types.is_integer(k) or pa.types.is_floating(k)),
    *(k for k in FEATURES if pa.types.is_decimal(k) or pa.types.is_boolean(k)),
    *(k for k in FEATURES if feature_role(k) == "categorical"),
]


@pytest.mark.parametrize("kind", TARGETS, ids=str)
def test_labels_are_of_any_type_that_has_names(
    kind: pa.DataType, tmp_path: Path
) -> None:
    is_text = feature_role(kind) == "categorical" and not pa.types.is_boolean(kind)
    make: Callable[[int], object] = str if is_text else int
    if pa.types.is_decimal(kind) or pa.types.is_boolean(kind):
        make = Decimal if pa.types.is_decimal(kind) else bool
    cells = [make(label) for label in ([1] * 20 + [0] * 9) * 2]
    target = kinds.column(kind, lambda row: cells[row], range(58))
    table = pa.table({"x": pa.array(range(58)), TARGET: target})
    source = tmp_path / "source.parquet"
    pq.write_table(table, source)
    config = _config(source, strategy={"kind": "smote"})
    plan = plan_resampling.fn(config, survey_source.fn(config))
    found = {item.label: item.train for item in plan.classes}
    names = ["false", "true"] if pa.types.is_boolean(kind) else ["0", "1"]
    assert found == dict.fromkeys(names, 32)


def test_rows_with_infinite_features_are_set_aside_if_asked(tmp_path: Path) -> None:
    x, z = [float(row % 7) for row in range(40)], [1.0] * 40
    x[3], z[5], z[3], x[8] = math.inf, -math.inf, math.inf, math.nan
    labels = ["a"] * 10 + ["b"] * 28 + ["odd", None]
    table = pa.table({ID: range(40), "x": x, "z": z, "i": [math.inf] * 40})
    source = tmp_path / "source.parquet"
    pq.write_table(table.append_column(TARGET, pa.array(labels)), source)
    contract = {"allowed": ["a", "b"], "max_rejected_share": 0.2}
    asked = {"ignore": [ID, "i"], "infinities": "reject", "contract": contract}
    outcome = balance_dataset(_config(source, **asked), DirectRunner())
    assert all(check.success for check in audit(outcome.root, 1))
    manifest = outcome.manifest
    assert {(one.label, one.rows, one.reason) for one in manifest.rejections} == {
        (None, 1, "label is missing"),
        ("odd", 1, "label is not allowed"),
        ("a", 2, INFINITE),
    }
    (first, *_) = manifest.classes
    assert (first.label, first.source, first.rejected) == ("a", 10, 2)
    assert first.holdout + first.kept + first.dropped == 8
    assert {one.column: one.infinite_rejected for one in manifest.odd_numbers} == {
        "x": 1,
        "z": 2,
    }
    rejected = pq.read_table(next(Path(outcome.root).glob("data/*/rejected")))
    assert rejected[ID].to_pylist() == [3, 5, 38, 39]
    assert rejected["reason"].to_pylist()[:2] == [INFINITE] * 2
    with pytest.raises(UserError, match=r"a feature is infinite.*max_rejected_share"):
        survey_source.fn(
            _config(source, **asked | {"contract": {"max_rejected_share": 0.01}})
        )


def test_a_struct_and_columns_called_like_its_parts_are_published(
    tmp_path: Path,
) -> None:
    table = pa.table(
        {
            "a": [{"b": f"{row}", "c": row} for row in range(30)],
            "a.b": [f"{row % 3}" for row in range(30)],
            "a.c": range(30),
            "A.C": [row / 7 for row in range(30)],
            TARGET: ["rare" if row % 5 == 0 else "usual" for row in range(30)],
        }
    )
    source = tmp_path / "source.parquet"
    pq.write_table(table, source)
    config = _config(source, ignore=["a"], strategy={"kind": "smote"})
    outcome = balance_dataset(config, DirectRunner())
    assert all(check.success for check in audit(outcome.root, 1))
    version = next(Path(outcome.root, "data").iterdir())
    found = pa.concat_tables([pq.read_table(path) for path in _real(version)])
    assert found.sort_by("a.c").equals(table)


def _by_polars(path: Path) -> None:
    frame = pl.read_parquet(_plain_file(path)).drop(["w"])
    levels = pl.Series("c", ["x", "y", "z"] * 20, dtype=pl.Categorical)
    ranks = pl.Series("e", ["lo", "hi", None] * 20, dtype=pl.Enum(["lo", "hi"]))
    frame.with_columns(levels, ranks).write_parquet(path)


def _by_duckdb(path: Path) -> None:
    relation = duckdb.read_parquet(str(_plain_file(path)))
    moods = "(CASE WHEN x > 4 THEN 'sad' ELSE 'ok' END)::ENUM('sad', 'ok')"
    huge = "x::HUGEINT AS h, x::DECIMAL(38, 6) AS d, x::UTINYINT AS u"
    relation.project(f"*, {moods} AS mood, {huge}").write_parquet(str(path))


def _plain_file(path: Path) -> Path:
    """Write what another library reads, to write it in its own way."""
    rows = range(60)
    table = pa.table(
        {
            "x": [float(row % 9) for row in rows],
            "t": pa.array([row * 10**9 for row in rows], pa.timestamp("us", "UTC")),
            "i": pa.array([row * 10**6 for row in rows], pa.time64("us")),
            "l": [[row, None] for row in rows],
            "w": [uuid.UUID(int=row).bytes for row in rows],
            TARGET: ["rare" if row % 5 == 0 else "usual" for row in rows],
        }
    )
    made = path.with_name("made")
    pq.write_table(table, made)
    return made


@pytest.mark.parametrize("write", [_by_polars, _by_duckdb])
def test_what_others_write_is_balanced_as_they_wrote_it(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    source = tmp_path / "source.parquet"
    write(source)
    schema = pq.read_schema(source)
    ignored = [name for name in ("l", "w") if name in schema.names]
    config = _config(source, ignore=ignored, strategy={"kind": "smote"})
    outcome = balance_dataset(config, DirectRunner())
    assert all(check.success for check in audit(outcome.root, 1))
    version = next(Path(outcome.root, "data").iterdir())
    train = pq.read_schema(next(version.glob("train/part-*")))
    nullable = schema
    for name in ignored:
        place = schema.get_field_index(name)
        nullable = nullable.set(place, schema.field(name).with_nullable(True))
    assert train.equals(nullable, check_metadata=True)
    order = ["t"]
    expected = pl.read_parquet(source).sort(order)
    found = pl.concat([pl.read_parquet(path) for path in _real(version)]).sort(order)
    polars.testing.assert_frame_equal(found, expected, categorical_as_str=True)
    assert (
        duckdb.read_parquet(_real(version)).types
        == duckdb.read_parquet(str(source)).types
    )


def _differing(folder: Path, whole: int) -> Path:
    """Write files whose columns differ in order and type, one with a given integer."""
    folder.mkdir()
    rows, labels = range(20), pa.array(["a"] * 14 + ["b"] * 6)
    text = pa.array(["u", "v"] * 10)
    parts = [
        {"x": pa.array(rows, pa.int32()), "s": text, "n": pa.nulls(20)},
        {"s": text.dictionary_encode(), "n": text, "x": pa.array([0.5] * 20)},
        {"x": pa.array([whole] * 20), "n": pa.nulls(20), "s": pa.nulls(20)},
        {"n": pa.nulls(0), "x": pa.nulls(0), "s": pa.nulls(0)},
    ]
    for place, columns in enumerate(parts):
        target = labels.slice(0, len(columns["x"]))
        table = pa.table({**columns, TARGET: target})
        pq.write_table(table, folder / f"{place}.parquet")
    return folder


def test_files_that_differ_are_balanced_as_one_table(tmp_path: Path) -> None:
    source = _differing(tmp_path / "source", 2**53)
    outcome = balance_dataset(_config(source, evaluation=FOREST), DirectRunner())
    assert all(check.success for check in audit(outcome.root, 1))
    version = next(Path(outcome.root, "data").iterdir())
    found = pa.concat_tables([pq.read_table(path) for path in _real(version)])
    kinds_found = [str(field.type) for field in found.schema]
    assert found.column_names == ["x", "s", "n", TARGET]
    assert kinds_found == ["double", "string", "string", "string"]
    expected = [*range(20), *[0.5] * 20, *[2**53] * 20]
    assert sorted(found["x"].to_pylist()) == sorted(expected)


def test_an_integer_that_would_change_ends_the_run_with_nothing_published(
    tmp_path: Path,
) -> None:
    source = _differing(tmp_path / "source", 2**53 + 1)
    with pytest.raises(UserError, match=r"^'2.parquet' has the column 'x'.*9007199254"):
        balance_dataset(_config(source), DirectRunner())
    assert not [path for path in tmp_path.rglob("*.parquet") if "out" in path.parts]


SPREAD = {**INTERPOLATED, **VOTED, NESTED: st.lists(st.integers(0, 9))}
STRATEGIES = ("none", "random_over", "random_under", "smote", "smote_under", "weights")


@st.composite
def _any_table(draw: st.DrawFn) -> tuple[pa.Table, list[str]]:
    """Draw a table of all types under odd names, and what has to be ignored."""
    sizes = st.dictionaries(LABELS, st.integers(4, 25), min_size=2, max_size=3)
    labels = [label for label, rows in draw(sizes).items() for _ in range(rows)]
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - no secret
    rng.shuffle(labels)
    names = draw(st.permutations([*NAMES, *map(str, range(100, 110))]))
    columns = {ID: pa.array(range(len(labels))), TARGET: pa.array(labels)}
    nested = []
    for name, (kind, values) in zip(names, SPREAD.items(), strict=False):
        pool = draw(st.lists(st.none() | values, min_size=1, max_size=6))
        columns[name] = pa.array(rng.choices(pool, k=len(labels)), kind)
        nested += [name] if kind == NESTED else []
    return pa.table(columns), [ID, *nested]


@settings(max_examples=6, phases=set(Phase) - {Phase.shrink, Phase.explain})
@given(data=st.data())
def test_any_table_of_all_types_is_balanced_and_verified(data: st.DataObject) -> None:
    table, ignored = data.draw(_any_table())
    asked: dict[str, object] = {
        "ignore": ignored,
        "strategy": {"kind": data.draw(st.sampled_from(STRATEGIES))},
        "infinities": data.draw(st.sampled_from(["missing", "reject"])),
        "contract": {"max_rejected_share": 1},
    }
    if data.draw(st.booleans()):
        asked["evaluation"] = {"evaluator": "knn", "resamples": 100}
    with TemporaryDirectory() as folder:
        source = Path(folder, "source.parquet")
        pq.write_table(table, source, row_group_size=7)
        try:
            outcome = balance_dataset(_config(source, **asked), DirectRunner())
        except UserError as error:
            assert "has one class at most" in str(error)  # noqa: PT017 - of the rest
            assert asked["infinities"] == "reject"
            return
        assert all(check.success for check in audit(outcome.root, 1))
        _check_fates(pq.read_table(source), outcome)


def _check_fates(table: pa.Table, outcome: Outcome) -> None:
    """Rows that were kept or set aside are those of the source, bit for bit."""
    (version,) = Path(outcome.root, "data").iterdir()
    for folder in ("train", "holdout", "rejected"):
        for path in (version / folder).glob("[!s]*.parquet"):
            found = pq.read_table(path)
            expected = table.take(found[ID])
            told = found.select(table.column_names)
            assert told.schema.equals(table.schema)
            assert repr(told.to_pylist()) == repr(expected.to_pylist())
            infinite = infinite_rows(found, _floats(found.schema)).all()
            assert infinite or folder != "rejected"


def _floats(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if pa.types.is_floating(field.type)]
