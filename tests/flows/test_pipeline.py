"""The promises of the design, on real datasets and under every strategy."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.manifest import Manifest
from schemas.records import Outcome
from schemas.strategy import StrategyKind
from tasks.algorithms.labels import as_text
from tasks.running import DirectRunner
from tests.datasets import DATA, QUICK, ROLES, request

STRATEGIES = [
    *(kind.value for kind in StrategyKind if kind is not StrategyKind.SAMPLER),
    "sampler:RandomUnderSampler",
]
NOT_JUDGED = {"evaluation": {"evaluator": "none"}}


def _balance(config: BalanceConfig, **options: bool) -> Outcome:
    return balance_dataset(config, DirectRunner(), **options)


def _folder(outcome: Outcome, name: str) -> Path:
    first = Path(outcome.root) / outcome.manifest.files[0].path
    return next(p for p in first.parents if p.parent.name == "data") / name


def _labels(table: pa.Table, target: str) -> Counter[str]:
    column = table.column(target).combine_chunks()
    return Counter(as_text(column).to_pylist())


def _real(outcome: Outcome) -> pa.Table:
    files = sorted(_folder(outcome, "train").glob("part-*.parquet"))
    table = pa.concat_tables([pq.read_table(file) for file in files])
    column = outcome.manifest.weight_column
    return table.drop_columns([column]) if column else table


def _rows(table: pa.Table) -> Counter[str]:
    return Counter(map(repr, table.to_pylist()))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("name", ROLES)
def test_what_is_published_is_what_was_planned(
    name: str, strategy: str, tmp_path: Path
) -> None:
    fields = {"strategy": {"kind": strategy}, "tournament": QUICK, **NOT_JUDGED}
    outcome = _balance(request(name, tmp_path, **fields))
    manifest = outcome.manifest
    source = pq.read_table(manifest.source.uri)
    train = ds.dataset(_folder(outcome, "train")).to_table()
    holdout = ds.dataset(_folder(outcome, "holdout")).to_table()
    classes = {item.label: item for item in manifest.classes}

    if column := manifest.weight_column:
        assert train.column_names[-1] == column
        train = train.drop_columns([column])
    assert train.schema.equals(source.schema)
    assert _labels(train, manifest.target) == {k: v.train for k, v in classes.items()}
    assert +_labels(holdout, manifest.target) == +Counter(
        {k: v.holdout for k, v in classes.items()}
    )
    _check_no_row_is_lost(outcome, source, holdout)
    _check_ratio(manifest)


def _check_no_row_is_lost(
    outcome: Outcome, source: pa.Table, holdout: pa.Table
) -> None:
    """Holdout, training rows (once each) and rejected rows are rows of the source."""
    manifest = outcome.manifest
    for item in manifest.classes:
        assert item.source == item.holdout + item.kept + item.dropped + item.rejected
    rejected = sum(item.rows for item in manifest.rejections)
    assert source.num_rows == rejected + sum(c.source for c in manifest.classes)
    dropped = sum(item.dropped for item in manifest.classes)
    distinct = Counter(dict.fromkeys(_rows(_real(outcome)), 1))
    left = _rows(source) - _rows(holdout)
    assert left.total() == source.num_rows - holdout.num_rows
    assert not distinct - left
    assert left.total() >= dropped + rejected
    folder = _folder(outcome, "rejected")
    assert folder.exists() == bool(rejected)
    if rejected:
        table = ds.dataset(folder).to_table()
        assert table.num_rows == rejected
        assert table.column("reason").null_count == 0


def _check_ratio(manifest: Manifest) -> None:
    if manifest.decision.strategy != "none":
        rows = [item.train * item.weight for item in manifest.classes]
        assert max(rows) - min(rows) <= 1


@pytest.mark.parametrize("name", ["horse_colic", "ecoli", "hypothyroid", "adult"])
def test_every_synthetic_row_has_parents_that_were_trained_on(
    name: str, tmp_path: Path
) -> None:
    outcome = _balance(
        request(name, tmp_path, strategy={"kind": "smote"}, **NOT_JUDGED)
    )
    manifest = outcome.manifest
    source = pq.read_table(DATA / f"{name}.parquet")
    labels = as_text(source.column(manifest.target).combine_chunks()).to_pylist()
    holdout = _rows(ds.dataset(_folder(outcome, "holdout")).to_table())
    lineage = ds.dataset(_folder(outcome, "lineage")).to_table()
    assert lineage.num_rows == sum(item.synthetic for item in manifest.classes)
    for role in ("parent", "neighbour"):
        ordinals = lineage.column(role).to_numpy()
        found = [labels[ordinal] for ordinal in ordinals]
        assert found == lineage.column("label").to_pylist()
        unique = source.take(pa.array(np.unique(ordinals)))
        assert not (_rows(unique) & holdout) - (_rows(source) - _rows(unique))
    for file in pc.unique(lineage.column("file")).to_pylist():
        told = lineage.filter(pc.field("file") == file)
        made = pq.read_table(_folder(outcome, "train").parent / file)
        assert told.column("row").to_pylist() == list(range(made.num_rows))
        assert (
            told.column("label").to_pylist()
            == as_text(made.column(manifest.target).combine_chunks()).to_pylist()
        )


def test_the_same_again_does_nothing_and_forced_gives_the_same_bytes(
    tmp_path: Path,
) -> None:
    config = request("horse_colic", tmp_path, strategy={"kind": "smote"})
    first, second = _balance(config), _balance(config)
    assert (first.status, second.status) == ("published", "unchanged")
    assert second.manifest == first.manifest
    third = _balance(config, force=True)
    assert third.manifest.version == 2
    assert third.manifest.parent == 1
    assert _bytes(third) == _bytes(first)


def _bytes(outcome: Outcome) -> dict[str, str]:
    return {
        entry.path.split("/", 2)[2]: entry.sha256 for entry in outcome.manifest.files
    }


def test_another_seed_gives_another_split_of_the_same_size(tmp_path: Path) -> None:
    one, two = (
        _balance(request("glass", tmp_path / str(seed), seed=seed, **NOT_JUDGED))
        for seed in (1, 2)
    )
    assert one.manifest.classes == two.manifest.classes
    assert _bytes(one) != _bytes(two)


@pytest.mark.parametrize("strategy", ["smote_under", "random_over"])
@pytest.mark.parametrize("row_group", [97, 1_000])
def test_row_groups_and_files_do_not_matter(
    strategy: str, row_group: int, tmp_path: Path
) -> None:
    """The same rows, cut otherwise: the same bytes of data."""
    table = pq.read_table(DATA / "hypothyroid.parquet")
    cut = tmp_path / "cut"
    cut.mkdir()
    for place, start in enumerate(range(0, table.num_rows, 1_500)):
        part = table.slice(start, 1_500)
        pq.write_table(part, cut / f"{place}.parquet", row_group_size=row_group)
    fields = {"strategy": {"kind": strategy}, "tournament": QUICK, **NOT_JUDGED}
    whole = _balance(request("hypothyroid", tmp_path / "a", **fields))
    parts = _balance(
        request("hypothyroid", tmp_path / "b", **{**fields, "source": str(cut)})
    )
    ours, theirs = _bytes(whole), _bytes(parts)
    data = [name for name in ours if not name.startswith("report/")]
    assert {n: ours[n] for n in data} == {n: theirs[n] for n in data}


def test_a_keyed_row_keeps_its_side_whatever_its_place(tmp_path: Path) -> None:
    table = pq.read_table(DATA / "bank_marketing.parquet").slice(0, 4_000)
    table = table.append_column("id", pa.array(range(4_000)))
    turned = table.take(pa.array(np.random.default_rng(0).permutation(4_000)))
    held = []
    for name, rows in {"a": table, "b": turned}.items():
        pq.write_table(rows, tmp_path / f"{name}.parquet")
        config = BalanceConfig(
            source=str(tmp_path / f"{name}.parquet"),
            target="y",
            key=("id",),
            output=str(tmp_path / "out"),
            evaluation={"evaluator": "none"},
        )
        outcome = _balance(config)
        ids = ds.dataset(_folder(outcome, "holdout")).to_table().column("id")
        held.append(sorted(ids.to_pylist()))
        made = ds.dataset(_folder(outcome, "train")).to_table()
        assert made.column("id").null_count == sum(
            item.synthetic for item in outcome.manifest.classes
        )
    assert held[0] == held[1]
