"""One list of laws for every strategy, on tables that hypothesis makes."""

import math
import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, assume, given, reject, settings
from hypothesis import strategies as st

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.contract import TargetContract
from schemas.errors import UserError
from schemas.evaluation import EvaluatorKind
from schemas.manifest import Manifest, ManifestClass
from schemas.records import Outcome
from schemas.splits import SplitKind
from schemas.strategy import StrategyKind
from tasks.algorithms.plan import target_rows
from tasks.algorithms.samplers import sampler_names
from tasks.auditing import audit
from tasks.running import DirectRunner
from tests.datasets import QUICK
from tests.strategies import tables
from tests.tasks.attempts import config_of

ID = "ordinal"
PHASES = set(Phase) - {Phase.shrink, Phase.explain}  # each example is two whole runs
NAMES = sampler_names()
RARE = [
    {},
    {"rare_below": 4, "rare_into": "r"},
    {"rare_below": 2, "rare_drop": True},
]
NUMBERS = {"k_neighbors": st.integers(1, 7), "standardize": st.booleans()}
Asked = dict[str, object]


@st.composite
def requests(draw: st.DrawFn, kind: StrategyKind) -> Asked:
    """Ask for a strategy with any numbers."""
    return {
        "target": "y",
        "ignore": [ID],
        "strategy": {"kind": kind, **draw(_numbers(kind)), **draw(_weights(kind))},
        "tournament": QUICK,
        "holdout": draw(st.floats(0.01, 0.9)),
        "seed": draw(st.integers(0, 2**63 - 1)),
        "contract": {"nullable": True, **draw(st.sampled_from(RARE))},
        "evaluation": {"evaluator": "none"},
    }


def _numbers(kind: StrategyKind) -> st.SearchStrategy[Asked]:
    if kind is StrategyKind.EVIDENCE:  # finds the ratio itself
        return st.fixed_dictionaries(NUMBERS)
    if kind is StrategyKind.SAMPLER:
        return st.fixed_dictionaries({"name": st.sampled_from(NAMES), **NUMBERS})
    return st.fixed_dictionaries({"ratio": st.floats(0.05, 1), **NUMBERS})


def _weights(kind: StrategyKind) -> st.SearchStrategy[Asked]:
    """Name a column for the weights, or leave it at the default."""
    if kind not in {StrategyKind.WEIGHTS, StrategyKind.RANDOM_UNDER}:
        return st.just({})
    return st.sampled_from([{}, {"weight_column": "how much"}])


class Version(NamedTuple):
    """A published version as any reader sees it."""

    manifest: Manifest
    real: pa.Table
    """Training rows that are rows of the source."""
    made: pa.Table
    holdout: pa.Table
    rejected: pa.Table
    lineage: pa.Table
    root: str
    """OUTPUT/NAME."""
    hashes: dict[str, str]
    """sha256 of the data files by their place in the version."""


def balance(source: Path, output: Path, asked: Asked) -> Version:
    """Balance, and read back what was published."""
    fields = {**asked, "source": str(source), "output": str(output)}
    config = BalanceConfig.model_validate(fields)
    outcome = balance_dataset(config, DirectRunner())
    files = [entry.path for entry in outcome.manifest.files]
    version = Path(outcome.root, *files[0].split("/")[:2])

    def read(folder: str, pattern: str = "*") -> pa.Table:
        found = sorted((version / folder).glob(f"{pattern}.parquet"))
        parts = [pq.read_table(path) for path in found]
        return pa.concat_tables(parts) if parts else pa.table({})

    return Version(
        outcome.manifest,
        real=read("train", "part-*"),
        made=read("train", "synthetic-*"),
        holdout=read("holdout"),
        rejected=read("rejected"),
        lineage=read("lineage"),
        root=outcome.root,
        hashes=_data_hashes(outcome),
    )


def _data_hashes(outcome: Outcome) -> dict[str, str]:
    found = {e.path.split("/", 2)[2]: e.sha256 for e in outcome.manifest.files}
    return {path: found[path] for path in found if not path.startswith("report/")}


def relabelled(source: pa.Table, contract: TargetContract) -> pa.Table:
    """Give rare classes the label that they are to become."""
    into, below = contract.rare_into, contract.rare_below or 0
    labels = source["y"].to_pylist()
    rows = Counter(labels)
    if into is not None:
        labels = [into if k is not None and rows[k] < below else k for k in labels]
    place = source.schema.get_field_index("y")
    return source.set_column(place, source.field(place), pa.array(labels, pa.string()))


def _has_classes(table: pa.Table, contract: TargetContract) -> bool:
    """Tell whether two classes are left when those too rare are dropped or merged."""
    rows = Counter(relabelled(table, contract)["y"].drop_null().to_pylist())
    least = contract.rare_below if contract.rare_drop else None
    return sum(n >= (least or 0) for n in rows.values()) > 1


def check_counts(source: pa.Table, version: Version) -> None:
    """Each class has exactly the rows that the manifest tells, everywhere."""
    expected = Counter(source["y"].to_pylist())
    assert version.manifest.source.rows == source.num_rows
    contract = version.manifest.config.contract
    out = {
        label: rows
        for label, rows in expected.items()
        if label is None or (contract.rare_drop and rows < (contract.rare_below or 0))
    }
    assert sum(out.values()) == version.rejected.num_rows
    share = version.manifest.config.holdout
    rejected = [item for item in version.manifest.classes if item.rejected]
    assert {item.label: item.rejected for item in rejected} == {
        label: rows for label, rows in out.items() if label is not None
    }
    classes = _balanced(version.manifest)
    expected = Counter({k: n for k, n in expected.items() if k not in out})
    assert [item.label for item in classes] == _in_order(expected)
    for item in classes:
        assert item.source == expected[item.label]
        assert item.source == item.holdout + item.kept + item.dropped
        assert item.train == item.kept + item.duplicated + item.synthetic
        assert (
            version.manifest.config.split.kind is not SplitKind.STRATIFIED
            or item.holdout == item.source - 1
            or abs(item.holdout - share * item.source) <= 0.5 + 1e-6
        )
        assert _count(version.holdout, item.label) == item.holdout
        assert _count(version.real, item.label) == item.kept + item.duplicated
        assert _count(version.made, item.label) == item.synthetic
    made = sum(item.synthetic for item in version.manifest.classes)
    assert (version.made.num_rows, version.lineage.num_rows) == (made, made)


def _in_order(labels: Counter[str]) -> list[str]:
    try:
        return sorted(labels, key=lambda label: (int(label), label))
    except ValueError:
        return sorted(labels)


def _count(table: pa.Table, label: str) -> int:
    labels: list[str] = table["y"].to_pylist() if table.num_rows else []
    return labels.count(label)


def _balanced(manifest: Manifest) -> list[ManifestClass]:
    """List the classes that were not dropped for being too rare."""
    return [item for item in manifest.classes if not item.rejected]


def check_ratio(_source: pa.Table, version: Version) -> None:
    """No class is smaller than was asked for, nor is anything done in vain."""
    manifest = version.manifest
    rows = [item.train for item in _balanced(manifest)]
    wanted = manifest.config.strategy
    if manifest.decision.strategy in {StrategyKind.NONE, StrategyKind.WEIGHTS}:
        assert rows == [item.kept for item in _balanced(manifest)]
        assert not any(item.dropped for item in manifest.classes)
    elif manifest.decision.strategy is not StrategyKind.SAMPLER:  # which find their own
        assert min(rows) >= math.floor(wanted.ratio * max(rows) + 1e-9)
    if wanted.kind is StrategyKind.EVIDENCE:
        told = manifest.tournament
        assert told
        assert manifest.decision.reason == told.recommendation.sentence
    elif wanted.kind is not StrategyKind.AUTO:
        assert manifest.decision.strategy is wanted.kind


def check_schema(source: pa.Table, version: Version) -> None:
    """Every file has the source's schema; train perhaps weights, rejected a reason."""
    column = version.manifest.weight_column
    real = version.real.drop_columns([column]) if column else version.real
    assert column is None or version.real.column_names[-1] == column
    for table in (real, version.made, version.holdout):
        if table.num_rows:
            assert table.schema.equals(source.schema, check_metadata=True)
    if version.rejected.num_rows:
        *names, reason = version.rejected.column_names
        assert names == source.column_names
        assert version.rejected[reason].null_count == 0


def check_rows(source: pa.Table, version: Version) -> None:
    """Source = holdout + kept + dropped + rejected; what is written is unchanged."""
    kept = version.real.group_by([ID], use_threads=False).aggregate([])
    sides = (version.holdout, kept, version.rejected)
    seen = Counter(ordinal for table in sides for ordinal in _ids(table))
    assert set(seen.values()) <= {1}
    dropped = sum(item.dropped for item in version.manifest.classes)
    assert len(seen) + dropped == source.num_rows
    for table in (version.real, version.holdout, version.rejected):
        if table.num_rows:
            told = table.select(source.column_names)
            assert _texts(told) == _texts(source.take(table[ID]))


def _ids(table: pa.Table) -> list[int]:
    found: list[int] = table[ID].to_pylist() if table.num_rows else []
    return found


def _texts(table: pa.Table) -> list[str]:
    return [repr(row) for row in table.to_pylist()]


def check_copies(source: pa.Table, version: Version) -> None:
    """Copies are spread evenly: the rows of a class differ by one at most."""
    if version.manifest.sampler:  # the library's draw at random
        return
    times: dict[str, set[int]] = {}
    for ordinal, copies in Counter(_ids(version.real)).items():
        times.setdefault(source["y"][ordinal].as_py(), set()).add(copies)
    assert all(max(found) - min(found) <= 1 for found in times.values())


def check_parents(source: pa.Table, version: Version) -> None:
    """Every parent is a training row of the class of its synthetic row."""
    lineage, train = version.lineage, set(_ids(version.real))
    if not lineage.num_rows:
        return
    labels = lineage["label"].to_pylist()
    assert labels == version.made["y"].to_pylist()
    told = lineage.drop_null()  # what a sampler does not tell is null
    assert told.num_rows == lineage.num_rows or version.manifest.sampler
    for role in ("parent", "neighbour"):
        assert set(told[role].to_pylist()) <= train
        of_parents = source["y"].take(told[role].combine_chunks())
        assert of_parents.to_pylist() == told["label"].to_pylist()
    assert all(0 <= lam < 1 for lam in told["lam"].to_pylist())
    assert version.made[ID].null_count == version.made.num_rows


def check_sides(_source: pa.Table, version: Version) -> None:
    """Train and holdout are on those sides that the split says."""
    split = version.manifest.config.split
    if split.column is None:
        return
    held = version.holdout[split.column].to_pylist()
    used = version.real[split.column].to_pylist()
    if split.kind is SplitKind.TIME:
        dated = [at for at in used if at is not None]
        assert not dated or min(held) > max(dated)
        return
    if split.kind is SplitKind.GROUP:
        assert not set(held) & set(used) - {None}
    else:
        assert set(held) <= set(split.values)
        assert not set(used) & set(split.values)
    if version.made.num_rows:
        assert version.made[split.column].null_count == version.made.num_rows


def check_weights(_source: pa.Table, version: Version) -> None:
    """Weights add up to the training rows before, by class as they should."""
    manifest = version.manifest
    before = {item.label: item.kept + item.dropped for item in _balanced(manifest)}
    kind, column = manifest.decision.strategy, manifest.weight_column
    assert (column is not None) >= (kind is StrategyKind.WEIGHTS)
    if column is None:
        assert all(item.weight == 1 for item in manifest.classes)
        return
    totals = dict.fromkeys(before, 0.0)
    for label, weight in zip(
        version.real["y"].to_pylist(), version.real[column].to_pylist(), strict=True
    ):
        totals[label] += weight
    assert sum(totals.values()) == pytest.approx(sum(before.values()))
    for item in _balanced(manifest):
        share = totals[item.label] / sum(before.values())
        assert item.prior_after == pytest.approx(share)
        if kind is StrategyKind.RANDOM_UNDER:
            assert totals[item.label] == pytest.approx(before[item.label])
    if kind is StrategyKind.WEIGHTS:
        over = target_rows(before, StrategyKind.RANDOM_OVER, manifest.config.strategy)
        for label, total in totals.items():
            assert total / sum(totals.values()) == pytest.approx(
                over[label] / sum(over.values())
            )


LAWS = [
    check_counts,
    check_ratio,
    check_schema,
    check_rows,
    check_copies,
    check_parents,
    check_sides,
    check_weights,
]


def _write(table: pa.Table, folder: Path, files: int, row_group: int) -> Path:
    """Write rows as a folder of files, cut as asked."""
    folder.mkdir()
    size = -(-table.num_rows // files)
    for place in range(files):
        part = table.slice(place * size, size)
        path = folder / f"{place}.parquet"
        pq.write_table(part, path, row_group_size=row_group, store_schema=True)
    return folder


MAY_REFUSE = {StrategyKind.EVIDENCE, StrategyKind.SAMPLER}


@pytest.mark.parametrize("kind", [k for k in StrategyKind if k not in MAY_REFUSE])
@settings(max_examples=15, phases=PHASES)
@given(data=st.data())
def test_every_strategy_obeys_every_law(
    kind: StrategyKind, data: st.DataObject
) -> None:
    obey(kind, data)


@settings(max_examples=4, phases=PHASES)  # each is two tournaments
@given(data=st.data())
def test_evidence_obeys_every_law(data: st.DataObject) -> None:
    try:
        obey(StrategyKind.EVIDENCE, data)
    except UserError as error:
        assert "there cannot be 2 folds" in str(error)  # noqa: PT017 - or rejected
        reject()


PARTING = {
    SplitKind.GROUP: pa.array([*"abcdefghij", None]),
    SplitKind.TIME: pa.array([*range(30), None], pa.timestamp("us", "UTC")),
    SplitKind.COLUMN: pa.array(["test", "dev", "train", "", "more"]),
}
"""What the columns hold that rows may be split by."""


@pytest.mark.parametrize("by", PARTING)
@settings(max_examples=5, phases=PHASES)
@given(data=st.data())
def test_every_split_obeys_every_law(by: SplitKind, data: st.DataObject) -> None:
    kinds = [kind for kind in StrategyKind if kind not in MAY_REFUSE]
    try:
        obey(data.draw(st.sampled_from(kinds)), data, by)
    except UserError as error:
        assert "row to train on" in str(error) or "held out" in str(error)  # noqa: PT017 - or rejected
        reject()


@st.composite
def parted(
    draw: st.DrawFn, table: pa.Table, by: SplitKind
) -> tuple[pa.Table, dict[str, object]]:
    """Append a column to split rows by, and ask for that."""
    pool, rng = PARTING[by], random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - no secret
    chosen = pool.take(pa.array(rng.choices(range(len(pool)), k=table.num_rows)))
    values = {"values": ["test", "dev"]} if by is SplitKind.COLUMN else {}
    split = {"kind": by, "column": "part", **values}
    share = draw(st.floats(0.05, 0.5))
    return table.append_column("part", chosen), {"split": split, "holdout": share}


@settings(max_examples=20, phases=PHASES)
@given(data=st.data())
def test_every_sampler_obeys_every_law_or_is_refused_by_name(
    data: st.DataObject,
) -> None:
    try:
        obey(StrategyKind.SAMPLER, data)
    except UserError as error:
        assert any(name in str(error) for name in NAMES)  # noqa: PT017 - or accepted


def obey(kind: StrategyKind, data: st.DataObject, by: SplitKind | None = None) -> None:
    """Balance a table that is drawn, cut in two ways, and hold it against all laws."""
    table = data.draw(tables())
    table = table.append_column(ID, pa.array(range(table.num_rows)))
    asked = data.draw(requests(kind))
    contract = TargetContract.model_validate(asked["contract"])
    assume(_has_classes(table, contract))
    if by is not None:
        table, split = data.draw(parted(table, by))
        asked |= split
    files, row_group = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 50))
    with TemporaryDirectory() as temporary:
        place = Path(temporary)
        whole = _write(table, place / "whole", 1, 1_000)
        version = balance(whole, place / "out", asked)
        assert not [check for check in audit(version.root, 1) if not check.success]
        for law in LAWS:
            law(relabelled(table, contract), version)
        cut = _write(table, place / "cut", files, row_group)
        assert balance(cut, place / "out", asked).hashes == version.hashes


@pytest.mark.parametrize("kind", [k for k in EvaluatorKind if k != "none"])
def test_every_evaluator_judges_a_run(kind: EvaluatorKind, tmp_path: Path) -> None:
    if kind is EvaluatorKind.XGBOOST:
        pytest.importorskip("xgboost")
    evaluation = {"evaluator": kind, "trees": 5, "resamples": 100}
    config = config_of(tmp_path, evaluation=evaluation)
    outcome = balance_dataset(config, DirectRunner())
    assert outcome.evidence is not None
    found = outcome.evidence.evaluation
    assert found is not None
    held = [item.holdout for item in outcome.manifest.classes]
    assert found.evaluator is kind
    assert found.holdout_rows == sum(held)
    assert not found.capped
    assert [model.name for model in found.models] == [
        "baseline",
        "threshold_moved",
        "balanced",
    ]
    assert any(note.startswith("Not calibrated: ") for note in found.notes)
    for model in found.models:
        assert [sum(row) for row in model.confusion] == held
    assert outcome.manifest.verdict == found.verdict
