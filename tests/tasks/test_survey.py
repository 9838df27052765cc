"""A survey tells what a source holds, wherever it lies and however it is typed."""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import SLUG, BalanceConfig
from schemas.errors import UserError
from tasks.algorithms.identity import comparison_key, run_key
from tasks.survey import dataset_name, survey_source
from tests.tasks.attempts import config_of

LABELS = ["1"] * 7 + ["0"] * 5 + [None]
COUNTS = {"0": 5, "1": 7}

NUMBERS = [None if label is None else int(label) for label in LABELS]
TARGETS = {
    "string": pa.array(LABELS, pa.string()),
    "large_string": pa.array(LABELS, pa.large_string()),
    "dictionary": pa.array(LABELS, pa.dictionary(pa.int8(), pa.string())),
    "dictionary of integers": pa.array(NUMBERS).dictionary_encode(),
    "int8": pa.array(NUMBERS, pa.int8()),
    "uint64": pa.array(NUMBERS, pa.uint64()),
    "decimal": pa.array(NUMBERS, pa.decimal128(3, 1)),
    "double": pa.array(NUMBERS, pa.float64()),
    "float with NaN": pa.array(
        [float("nan") if number is None else number for number in NUMBERS], pa.float32()
    ),
}


def _config(source: Path, **fields: object) -> BalanceConfig:
    return BalanceConfig.model_validate(
        {
            "source": str(source),
            "target": "y",
            "contract": {"nullable": True},
            "evaluation": {"evaluator": "none"},
            **fields,
        }
    )


def _file(path: Path, target: pa.Array) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"x": range(len(target)), "y": target}), path)
    return path


@pytest.mark.parametrize("kind", TARGETS)
def test_labels_are_the_same_text_in_every_type(kind: str, tmp_path: Path) -> None:
    found = survey_source.fn(_config(_file(tmp_path / "x.parquet", TARGETS[kind])))
    assert found.counts == COUNTS
    assert [(item.label, item.rows) for item in found.rejections] == [(None, 1)]
    assert found.rows == len(LABELS)
    assert {column.name: column.role for column in found.columns} == {
        "x": "numeric",
        "y": "target",
    }


def test_truth_is_a_class_as_well(tmp_path: Path) -> None:
    target = pa.array([True] * 3 + [False] * 2 + [None])
    found = survey_source.fn(_config(_file(tmp_path / "x.parquet", target)))
    assert found.counts == {"false": 2, "true": 3}


@pytest.mark.parametrize(
    ("target", "word"),
    [
        (pa.array([b"a", b"b"]), "type binary"),
        (pa.array([["a"], ["b"]]), "type list"),
        (pa.array([1, 2], pa.date32()), "type date32"),
        (pa.array([1.0, 2.5]), "looks continuous"),
        (pa.array([1.0, 2.5]).cast(pa.decimal128(3, 1)), "looks continuous"),
        (pa.array([1.0, float("inf")]), "looks continuous"),
    ],
)
def test_what_cannot_be_a_class_is_refused(
    target: pa.Array, word: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=word):
        survey_source.fn(_config(_file(tmp_path / "x.parquet", target)))


def _hive(folder: Path) -> Path:
    """Write rows as a folder of files, split by a column y and then by a year."""
    rows = range(20)
    table = pa.table(
        {
            "x": pa.array([float(row) for row in rows]),
            "kind": pa.array(["a" if row % 4 else "b" for row in rows]),
            "y": pa.array(["yes/no" if row % 5 else "no" for row in rows]),
            "year": pa.array([2023 + row % 2 for row in rows], pa.int64()),
        }
    )
    names = ["y", "year"]
    fields = pa.schema([table.schema.field(name) for name in names])
    parts = ds.partitioning(fields, flavor="hive")
    ds.write_dataset(table, folder, format="parquet", partitioning=parts)
    return folder


@pytest.mark.parametrize(
    ("target", "counts"),
    [
        ("y", {"no": 4, "yes/no": 16}),
        ("year", {"2023": 10, "2024": 10}),
        ("kind", {"a": 15, "b": 5}),
    ],
)
def test_a_partition_column_is_a_feature_or_the_target(
    target: str, counts: dict[str, int], tmp_path: Path
) -> None:
    source = _hive(tmp_path / "source")
    found = survey_source.fn(_config(source, target=target))
    assert found.counts == counts
    features = {"x": "numeric", "kind": "categorical", "y": "categorical"}
    expected = {**features, "year": "numeric", target: "target"}
    assert {column.name: column.role for column in found.columns} == expected
    assert len(found.fragments) == 4


@pytest.mark.parametrize(
    ("path", "source", "name"),
    [
        ("Adult Income.parquet", "Adult Income.parquet", "adult_income"),
        ("x.snappy.parquet", "x.snappy.parquet", "x_snappy"),
        ("LOUD.PARQUET", "LOUD.PARQUET", "loud"),
        ("no suffix", "no suffix", "no_suffix"),
        ("\N{SAILBOAT}.parquet", "\N{SAILBOAT}.parquet", "dataset"),
        ("für.parquet", "für.parquet", "f_r"),
        ("__a__.parquet", "__a__.parquet", "a"),
        (f"{'x' * 99}.parquet", f"{'x' * 99}.parquet", "x" * 64),
        (f"{'x' * 63}-y.parquet", f"{'x' * 63}-y.parquet", "x" * 63),
        ("spark.parquet/part-0.parquet", "spark.parquet", "spark"),
        ("sales.2024/a.parquet", "sales.2024", "sales_2024"),
        ("sales.2024/a.parquet", "sales.2024/", "sales_2024"),
        ("sales/year=2024/a.parquet", "sales/year=2024", "year_2024"),
        ("sales/a.parquet", "sales/*.parquet", "sales"),
        ("sales/a.parquet", "sales/?.parquet", "sales"),
        ("sales/a.parquet", "sales/[ab].parquet", "sales"),
        ("sales/deep/a.parquet", "sales/**/*.parquet", "sales"),
        ("sales/a.parquet", "s*/a.parquet", "here"),
    ],
)
def test_a_dataset_is_named_after_its_source(
    path: str, source: str, name: str, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    _file(here / path, TARGETS["string"])
    given = _config(here).model_copy(update={"source": f"{here}/{source}"})
    assert dataset_name(given) == name
    assert dataset_name(_config(here, name="as-told")) == "as-told"


@given(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), max_size=40))
def test_any_name_gives_a_slug(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{text}.parquet"
        path.touch()
        name = dataset_name(_config(path))
    assert re.fullmatch(SLUG, name)
    BalanceConfig(source="x", target="y", name=name)


def test_a_link_names_the_dataset_and_not_what_it_points_to(tmp_path: Path) -> None:
    """Else each night's file would begin a dataset of its own."""
    link = tmp_path / "latest.parquet"
    link.symlink_to(_file(tmp_path / "2024-05-01.parquet", TARGETS["string"]))
    assert dataset_name(_config(link)) == "latest"


def test_a_run_is_the_same_wherever_its_source_lies(tmp_path: Path) -> None:
    one = _hive(tmp_path / "one")
    shutil.copytree(one, tmp_path / "far" / "away")
    configs = [
        _config(one, output=str(tmp_path / "a")),
        _config(tmp_path / "far" / "away", output=str(tmp_path / "b"), name="b"),
        _config(tmp_path / "far" / "away" / "**" / "*.parquet"),
    ]
    surveys = [survey_source.fn(config) for config in configs]
    assert len({survey.fingerprint for survey in surveys}) == 1
    pairs = zip(configs, surveys, strict=True)
    assert len({run_key(config, survey.fingerprint) for config, survey in pairs}) == 1


def test_a_level_without_a_place_stops_the_survey(tmp_path: Path) -> None:
    fine = config_of(tmp_path, ordinal={"town": ["y", "x", "z"]})
    roles = {column.name: column.levels for column in survey_source.fn(fine).columns}
    assert roles["town"] == ("y", "x", "z")
    with pytest.raises(UserError, match=r"column 'town' holds levels .* 'z'"):
        survey_source.fn(config_of(tmp_path, ordinal={"town": ["y", "x"]}))


def test_a_row_that_counts_for_nothing_stops_the_survey(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="weight column 'age' holds 0 in row"):
        survey_source.fn(config_of(tmp_path, weight="age"))


def test_other_bytes_are_another_source(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    before = survey_source.fn(config).fingerprint
    table = pq.read_table(config.source)
    pq.write_table(table.take(pa.array(range(table.num_rows)[::-1])), config.source)
    assert survey_source.fn(config).fingerprint != before


def test_rows_moved_to_another_partition_are_another_source(tmp_path: Path) -> None:
    """The same files under other values: the content is in the names of folders."""
    source = _hive(tmp_path / "source")
    before = survey_source.fn(_config(source, target="kind")).fingerprint
    (source / "y=no").rename(source / "y=never")
    assert survey_source.fn(_config(source, target="kind")).fingerprint != before


@pytest.mark.parametrize(
    "fields",
    [
        {"seed": 1},
        {"holdout": 0.3},
        {"target": "x"},
        {"ignore": ["x"]},
        {"key": ["x"]},
        {"categorical": ["x"]},
        {"numeric": ["x"]},
        {"ordinal": {"x": ["a", "b"]}},
        {"weight": "x"},
        {"strategy": {"ratio": 0.5}},
        {"strategy": {"cap_rows": 50}},
        {"strategy": {"leave": ["a"]}},
        {"contract": {"nullable": False}},
        {"contract": {"rare_below": 2, "rare_drop": True}},
        {"contract": {"rare_below": 2, "rare_into": "z"}},
        {"policy": {"balanced_up_to": 2}},
        {"evaluation": {"evaluator": "knn"}},
        {"split": {"kind": "time", "column": "x"}},
    ],
)
def test_whatever_may_change_the_bytes_is_another_run(
    fields: dict[str, object],
) -> None:
    plain = run_key(_config(Path("x")), "0")
    assert run_key(_config(Path("x"), **fields), "0") != plain
    assert run_key(_config(Path("x")), "1") != plain


def test_a_tournament_matters_where_it_decides() -> None:
    evidence = {"strategy": {"kind": "evidence"}}
    for fields, matters in ((evidence, True), ({}, False)):
        keys = {
            run_key(_config(Path("x"), tournament={"folds": folds}, **fields), "0")
            for folds in (3, 4)
        }
        assert len(keys) == 1 + matters


def test_a_comparison_is_named_by_what_decides_it() -> None:
    plain = comparison_key(_config(Path("x")), "0")
    same: list[dict[str, object]] = [
        {"strategy": {"kind": "smote", "ratio": 0.5}},
        {"evaluation": {"evaluator": "knn"}},
        {"output": "elsewhere"},
    ]
    for fields in same:
        assert comparison_key(_config(Path("x"), **fields), "0") == plain
    others: list[dict[str, object]] = [
        {"seed": 1},
        {"ignore": ["x"]},
        {"split": {"kind": "group", "column": "x"}},
        {"categorical": ["x"]},
        {"numeric": ["x"]},
        {"ordinal": {"x": ["a", "b"]}},
        {"weight": "x"},
        {"strategy": {"k_neighbors": 3}},
        {"strategy": {"cap_rows": 50}},
        {"strategy": {"leave": ["a"]}},
        {"evaluation": {"metric": "mcc"}},
        {"tournament": {"folds": 3}},
    ]
    keys = {comparison_key(_config(Path("x"), **fields), "0") for fields in others}
    assert len(keys | {plain, run_key(_config(Path("x")), "0")}) == len(others) + 2
    assert comparison_key(_config(Path("x")), "1") != plain
