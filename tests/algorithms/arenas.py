"""Arenas on real datasets and on drawn ones, for tests of the tournament."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.config import BalanceConfig
from tasks.algorithms.columns import assign
from tasks.algorithms.contest import Problem
from tasks.algorithms.labels import as_text
from tests.datasets import DATA, ROLES


def real(name: str) -> tuple[pa.Table, Problem]:
    """Read a dataset, rows without a label left out."""
    target, ignore = ROLES[name]
    table = pq.read_table(Path(DATA, f"{name}.parquet"))
    return posed(table.filter(table.column(target).is_valid()), target, ignore)


def posed(
    table: pa.Table, target: str, ignore: tuple[str, ...] = ()
) -> tuple[pa.Table, Problem]:
    """Pose the problem to predict a column of a table."""
    config = BalanceConfig(source="x", target=target, ignore=ignore)
    labels = as_text(table.column(target).combine_chunks()).to_pylist()
    counts = Counter(labels)
    return table, Problem(
        target=target,
        labels=tuple(sorted(counts)),
        minority=min(sorted(counts), key=counts.__getitem__),
        columns=assign(table.schema, config),
    )


def drawn(
    rows: int, share: float = 0.1, effect: float = 1.0, seed: int = 0
) -> tuple[pa.Table, Problem]:
    """Draw two classes of mixed columns with gaps, so far apart as the effect says."""
    rng = np.random.default_rng(seed)
    rare = rng.random(rows) < share
    table = pa.table(
        {
            "x": pa.array(rng.normal(rare * effect), mask=rng.random(rows) < 0.1),
            "y": rng.normal(rare * effect),
            "town": pa.array(rng.choice(["a", "b"], rows), mask=rng.random(rows) < 0.3),
            "always": np.zeros(rows),
            "never": pa.nulls(rows, pa.float64()),
            "label": np.where(rare, "yes", "no"),
        }
    )
    return posed(table, "label")
