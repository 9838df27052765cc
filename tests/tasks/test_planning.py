"""A plan is exact: whoever follows it row by row meets its numbers."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.plan import ResamplePlan, SampleThresholds
from tasks.algorithms.selection import EVERYTHING
from tasks.algorithms.sparing import SHARE
from tasks.auditing import audit
from tasks.planning import draft, plan_resampling
from tasks.running import DirectRunner
from tasks.storage.commits import SCRATCH
from tasks.storage.outputs import read_folder
from tasks.survey import survey_source
from tests.datasets import DATA
from tests.tasks.attempts import checks, config_of, mixed_table, path_of, write
from tests.tasks.routed import check_routed


def _plan(config: BalanceConfig) -> ResamplePlan:
    return plan_resampling.fn(config, survey_source.fn(config))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@settings(deadline=None, max_examples=15)
@given(
    kind=st.sampled_from(["none", "random_over", "random_under", "smote_under"]),
    seed=st.integers(0, 2**63 - 1),
    holdout=st.floats(0.01, 0.99),
    keyed=st.booleans(),
)
def test_rows_routed_one_by_one_are_those_planned(
    kind: str, seed: int, holdout: float, *, keyed: bool, shared: Path
) -> None:
    role = {"key": ["id"], "ignore": []} if keyed else {}
    strategy = {"kind": kind}
    config = config_of(shared, strategy=strategy, seed=seed, holdout=holdout, **role)
    check_routed(_plan(config))


def test_a_draft_has_the_numbers_of_the_plan(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    survey = survey_source.fn(config)
    decision, classes = draft(config, survey)
    plan = plan_resampling.fn(config, survey)
    assert plan.decision == decision
    open_ones = {"holdout_below", "keep_below", "extra_below"}
    for item, planned in zip(classes, plan.classes, strict=True):
        assert item.model_dump(exclude=open_ones) == planned.model_dump(
            exclude=open_ones
        )
    assert plan.before.rows == sum(item.kept + item.dropped for item in classes)
    assert plan.after.rows == sum(item.train for item in classes)


def test_a_plan_survives_json(tmp_path: Path) -> None:
    """Thresholds up to 2**64 do not fit the integers of some readers."""
    plan = _plan(config_of(tmp_path))
    assert ResamplePlan.model_validate_json(plan.model_dump_json()) == plan


def test_nothing_is_sampled_for_no_evaluation(tmp_path: Path) -> None:
    assert _plan(config_of(tmp_path)).samples == SampleThresholds()


def test_all_rows_are_sampled_up_to_the_cap(tmp_path: Path) -> None:
    rows = mixed_table().num_rows
    plan = _plan(config_of(tmp_path, evaluation={"max_rows": rows}))
    everything = SampleThresholds(
        asis=EVERYTHING, balanced=EVERYTHING, holdout=EVERYTHING, spared=SHARE
    )
    assert plan.samples == everything


@pytest.mark.parametrize("kind", ["random_under", "random_over"])
def test_above_the_cap_both_models_know_as_large_a_share(
    tmp_path: Path, kind: str
) -> None:
    """Else a small balanced set is judged by all its rows, and seems to help."""
    capped, strategy = {"max_rows": 20}, {"kind": kind}
    plan = _plan(config_of(tmp_path, evaluation=capped, strategy=strategy))
    asis = sum(item.kept + item.dropped for item in plan.classes)
    largest = max(asis, sum(item.train for item in plan.classes))
    held = sum(item.holdout for item in plan.classes)
    assert min(largest, held) > 20
    assert plan.samples.asis == plan.samples.balanced
    for side, rows in (("balanced", largest), ("holdout", held)):
        assert getattr(plan.samples, side) / EVERYTHING == pytest.approx(20 / rows)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> BalanceConfig:
    folder = tmp_path_factory.mktemp("bank")
    table = pq.read_table(DATA / "bank_marketing.parquet").slice(0, 4_000)
    pq.write_table(table, folder / "bank.parquet")
    return BalanceConfig.model_validate(
        {
            "source": str(folder / "bank.parquet"),
            "target": "y",
            "ignore": ["duration"],
            "output": str(folder / "out"),
            "strategy": {"kind": "smote"},
            "evaluation": {"max_rows": 500, "trees": 5, "resamples": 100},
        }
    )


def test_capped_samples_are_of_about_that_size_and_mix(bank: BalanceConfig) -> None:
    """Rows are let in by their hashes: the size is right to a few deviations."""
    written = write(bank)
    samples = {
        side: read_folder(written.attempt, f"{SCRATCH}/{side}")
        for side in ("asis", "balanced", "holdout")
    }
    smaller = 500 * 3_200 / sum(item.train for item in written.plan.classes)
    for side, sample in samples.items():
        rows = smaller if side == "asis" else 500
        assert abs(sample.num_rows - rows) < 5 * rows**0.5
        told = [name for name in sample.column_names if name != "evenkeel_spared"]
        assert sample.select(told).schema.equals(pq.read_schema(bank.source))
    found = Counter(samples["balanced"]["y"].to_pylist())
    train = {item.label: item.train for item in written.plan.classes}
    assert found.keys() == train.keys()
    for label, rows in found.items():
        share = train[label] / sum(train.values())
        assert rows / found.total() == pytest.approx(share, abs=0.1)


def test_a_capped_evaluation_says_so(bank: BalanceConfig) -> None:
    outcome = balance_dataset(bank, DirectRunner())
    assert outcome.evidence is not None
    found = outcome.evidence.evaluation
    assert found is not None
    assert found.capped
    limit = 500 + 5 * 500**0.5
    assert 0 < found.holdout_rows < limit
    assert all(0 < model.train_rows < limit for model in found.models)


def _partitioned(folder: Path) -> Path:
    """Write 300 rows of three parts of 250, 40 and 10 rows."""
    table = mixed_table().drop(["kind"])
    kinds = ["b" if row % 9 else "a" for row in range(table.num_rows)]
    table = table.append_column("kind", pa.array(kinds))
    for part, (start, rows) in {1: (0, 250), 2: (250, 40), 3: (290, 10)}.items():
        (folder / f"part={part}").mkdir(parents=True)
        path = folder / f"part={part}" / "x.parquet"
        pq.write_table(table.slice(start, rows), path)
    return folder


@pytest.mark.parametrize("target", ["kind", "part"])
def test_partition_columns_are_published_as_columns(
    target: str, tmp_path: Path
) -> None:
    source = _partitioned(tmp_path / "source")
    written = write(config_of(tmp_path, source=str(source), target=target))
    assert all(check.success for check in checks(written))
    files = [path_of(written, e) for e in written.files if "/train/" in e.path]
    train = pa.concat_tables([pq.ParquetFile(path).read() for path in files])
    assert train.column_names == ["id", "size", "age", "town", "kind", "part"]
    assert set(train["part"].to_pylist()) == {1, 2, 3}
    found = Counter(str(label) for label in train[target].to_pylist())
    assert found == {item.label: item.train for item in written.plan.classes}


def _with(folder: Path, name: str, values: object, *, nullable: bool = True) -> Path:
    table = mixed_table()
    column = pa.array(values)
    field = pa.field(name, column.type, nullable=nullable)
    path = folder / "odd.parquet"
    pq.write_table(table.append_column(field, column), path)
    return path


ROWS = range(mixed_table().num_rows)


@pytest.mark.parametrize("roles", [{"key": ["no"]}, {"ignore": ["id", "no"]}])
def test_what_synthetic_rows_do_not_have_may_be_null_where_they_are_made(
    roles: dict[str, list[str]], tmp_path: Path
) -> None:
    source = _with(tmp_path, "no", list(ROWS), nullable=False)
    for kind, made in {"smote": True, "random_over": False}.items():
        fields = {"source": str(source), **roles, "strategy": {"kind": kind}}
        config = config_of(tmp_path, **fields)
        outcome = balance_dataset(config, DirectRunner())
        assert all(c.success for c in audit(outcome.root, outcome.manifest.version))
        train = max(Path(outcome.root).glob("data/*/train"), key=os.path.getmtime)
        assert pq.read_schema(next(train.iterdir())).field("no").nullable == made


def test_text_that_names_rows_is_not_voted_on(tmp_path: Path) -> None:
    source = _with(tmp_path, "note", [f"note {row}" for row in ROWS])
    with pytest.raises(UserError, match="--ignore note"):
        _plan(config_of(tmp_path, source=str(source)))
    ignored = config_of(tmp_path, source=str(source), ignore=["id", "note"])
    assert _plan(ignored).classes


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([None, *ROWS[1:]], "key column 'k' holds nulls"),
        ([1, *ROWS[1:]], "key 'k' repeats in 1 of 376 rows"),
    ],
)
def test_a_key_that_is_no_key_is_refused(
    values: list[int | None], word: str, tmp_path: Path
) -> None:
    source = _with(tmp_path, "k", values)
    with pytest.raises(UserError, match=word):
        _plan(config_of(tmp_path, source=str(source), key=["k"]))


def test_a_key_of_two_columns_names_a_row_that_neither_names_alone(
    tmp_path: Path,
) -> None:
    halves = np.array(ROWS) // 2
    source = _with(tmp_path, "half", halves)
    table = pq.read_table(source)
    table = table.append_column("side", pa.array(np.array(ROWS) % 2))
    pq.write_table(table, source)
    config = config_of(tmp_path, source=str(source), key=["half", "side"])
    assert sum(item.source for item in _plan(config).classes) == 372
