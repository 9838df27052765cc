"""Balanced in memory, a frame holds the rows that a run would train on."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.pipeline import balance_dataset
from schemas.errors import UserError
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.decide import RESAMPLED
from tasks.algorithms.frames import BalancedFrame, balance_frame
from tasks.algorithms.plan import target_rows
from tasks.running import DirectRunner
from tests.datasets import DATA, ROLES, request
from tests.strategies import tables

KINDS = sorted({StrategyKind.NONE, *RESAMPLED.values()} - {StrategyKind.SAMPLER})
SAMPLERS = ["sampler:RandomOverSampler", "sampler:RandomUnderSampler"]
NONE_HELD_OUT = 1e-9  # of each class, which is no row


def _rows(frame: pd.DataFrame) -> Counter[str]:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return Counter(map(repr, table.to_pylist()))


@pytest.mark.parametrize(
    "kind", [*KINDS, StrategyKind.WEIGHTS, StrategyKind.AUTO, *SAMPLERS]
)
@pytest.mark.parametrize("name", ["ecoli", "horse_colic"])
def test_the_rows_are_those_that_a_run_trains_on(
    kind: str, name: str, tmp_path: Path
) -> None:
    strategy = {"kind": kind, "ratio": 0.7}
    plain = {"evaluation": {"evaluator": "none"}, "holdout": NONE_HELD_OUT, "seed": 5}
    config = request(name, tmp_path, strategy=strategy, **plain)
    # Read otherwise, pandas would make floats of whole numbers with gaps.
    frame = pd.read_parquet(config.source, dtype_backend="pyarrow")
    written = frame[frame[config.target].notna()]
    if len(written) < len(frame):  # what a run sets aside has its place all the same
        written.to_parquet(tmp_path / f"{name}.parquet", index=False)
        config = config.model_copy(update={"source": f"{tmp_path}/{name}.parquet"})
        config = config.model_copy(update={"output": f"{tmp_path}/out"})
    outcome = balance_dataset(config, DirectRunner())
    train = {entry.path.rpartition("/")[0] for entry in outcome.manifest.files}
    (folder,) = (path for path in train if path.endswith("/train"))
    expected = ds.dataset(Path(outcome.root, folder)).to_table()
    target, ignore = ROLES[name]
    found = balance_frame(written, target, Strategy(**strategy), seed=5, ignore=ignore)
    assert _rows(found.frame) == Counter(map(repr, expected.to_pylist()))
    assert found.decision.strategy == outcome.manifest.decision.strategy


@settings(max_examples=15)
@given(
    table=tables(max_class=25),
    kind=st.sampled_from(KINDS),
    ratio=st.floats(0.05, 1),
    seed=st.integers(0, 2**63 - 1),
)
def test_counts_are_exact_and_real_rows_come_from_where_it_says(
    table: pa.Table, kind: StrategyKind, ratio: float, seed: int
) -> None:
    frame = table.filter(table.column("y").is_valid()).to_pandas()
    strategy = Strategy(kind=kind, ratio=ratio)
    found = balance_frame(frame, "y", strategy, seed=seed)
    counts = frame["y"].value_counts().to_dict()
    assert found.frame["y"].value_counts().to_dict() == target_rows(
        counts, kind, strategy
    )
    real = found.origin >= 0
    assert (np.diff(found.origin[real]) >= 0).all()
    assert not real[real.argmin() :].any() or real.all()
    _assert_same(found.frame[real], frame.iloc[found.origin[real]])
    assert sum(item.synthetic for item in found.classes) == (~real).sum()
    again = balance_frame(frame, "y", strategy, seed=seed)
    _assert_same(again.frame, found.frame)


def _assert_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Compare values; of gaps that there is one."""
    pd.testing.assert_frame_equal(_plain(one), _plain(other))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    values = frame.astype(object).reset_index(drop=True)
    return values.where(values.notna(), None)


def _mixed(rows: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    moments = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(
        rng.integers(0, 10**6, rows), unit="s"
    )
    return pd.DataFrame(
        {
            "nothing": [None] * rows,
            "price": rng.normal(size=rows).astype(np.float32),
            "items": rng.integers(0, 9, rows).astype(np.int16),
            "visits": pd.array(rng.integers(0, 9, rows), dtype="Int64"),
            "town": rng.choice(["a", "b"], rows),
            "grade": pd.Categorical(rng.choice(["lo", "hi"], rows), ordered=True),
            "member": rng.random(rows) < 0.5,
            "seen": moments,
            "bought": ["no"] * (rows - 8) + ["yes"] * 8,
        },
        index=rng.permutation(rows),
    )


@pytest.mark.parametrize("backend", [None, "numpy_nullable", "pyarrow"])
def test_columns_keep_their_types_and_the_frame_that_was_given_is_left_alone(
    backend: Any,  # noqa: ANN401 - pandas types it so
) -> None:
    given, before = _mixed(), _mixed()
    if backend:
        given, before = (
            frame.convert_dtypes(dtype_backend=backend) for frame in (given, before)
        )
    found = balance_frame(given, "bought", Strategy(kind=StrategyKind.SMOTE))
    pd.testing.assert_frame_equal(given, before)
    assert found.frame.dtypes.to_dict() == before.dtypes.to_dict()
    assert found.frame["bought"].value_counts().to_dict() == {"no": 32, "yes": 32}
    assert list(found.frame.index) == list(range(64))
    assert found.decision.notes == ()


def test_weights_are_a_column() -> None:
    frame = _mixed()
    found = balance_frame(frame, "bought", Strategy(kind=StrategyKind.WEIGHTS))
    by_class = found.frame.groupby("bought")["weight"].sum()
    assert by_class.tolist() == pytest.approx([20, 20])
    named = frame.assign(weight=1.0)
    with pytest.raises(UserError, match="there is a column 'weight' already"):
        balance_frame(named, "bought", Strategy(kind=StrategyKind.WEIGHTS))


def _refused(frame: pd.DataFrame, **given: Any) -> BalancedFrame:  # noqa: ANN401 - options
    return balance_frame(frame, **{"target": "bought", **given})


@pytest.mark.parametrize(
    ("change", "given", "said"),
    [
        ({}, {"target": "bougt"}, "did you mean 'bought'"),
        ({"bought": None}, {}, "null in all 40 rows"),
        ({"bought": "no"}, {}, "one class at most"),
        ({"bought": np.linspace(0, 1, 40)}, {}, "looks continuous"),
        ({"bought": ["no", "yes", None, "yes"] * 10}, {}, "on_violation is fail"),
        ({"tags": pd.Series([["a"]] * 40)}, {}, "--ignore tags"),
        ({"odd": [1, "a"] * 20}, {}, "values of several types"),
        ({}, {"strategy": Strategy(kind=StrategyKind.EVIDENCE)}, "takes a tournament"),
        ({}, {"strategy": Strategy(rows={"maybe": 3})}, "'maybe'"),
    ],
)
def test_what_cannot_be_balanced_is_refused_in_words(
    change: dict[str, Any], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        _refused(_mixed().assign(**change), **given)


def test_columns_need_names_that_are_texts_and_differ() -> None:
    frame = _mixed()
    for names in (range(9), ["a"] * 8 + ["bought"]):
        with pytest.raises(UserError, match="names that are texts and differ"):
            balance_frame(frame.set_axis(names, axis=1), "bought")


def test_ignored_columns_are_missing_in_synthetic_rows() -> None:
    frame = pd.read_parquet(DATA / "ecoli.parquet").assign(
        tags=pd.Series([["a"]] * 336)
    )
    found = balance_frame(
        frame, "class", Strategy(kind=StrategyKind.SMOTE), ignore=("tags",)
    )
    assert (found.frame["tags"].isna() == (found.origin < 0)).all()
