"""Generates the tables that are balanced. What is done with them lives in cases.

Run it as ``python -m tests.benchmarks.data KIND PATH NUMBER...``.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_FEATURES = 20
_SHIFTED = 4  # columns in which the minority differs
_MINORITY = 0.01
_GROUP = 250_000  # rows of a row group
_LEVELS = 5_000


def write_source(
    path: Path, rows: int, features: int = _FEATURES, minority: float = _MINORITY
) -> None:
    """Write floats of 3 decimals and a rare class y = 1, in zstd.

    Args:
        path: The Parquet file to make.
        rows: Rows of the table, 1 or more.
        features: Columns beside y.
        minority: Share of the rare class.
    """
    rng = np.random.default_rng(0)
    names = [f"x{place:02d}" for place in range(features)]
    schema = pa.schema([*((name, pa.float64()) for name in names), ("y", pa.int64())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, _GROUP):
            rare = rng.random(min(_GROUP, rows - start)) < minority
            columns = [_feature(rng, rare, place) for place in range(features)]
            writer.write_table(pa.table([*columns, rare], schema=schema), _GROUP)


def write_files(folder: Path, files: int, rows: int) -> None:
    """Cut one table into files of equal size; none of it is written twice.

    Args:
        folder: Gets the files.
        files: How many.
        rows: Rows of each.
    """
    folder.mkdir()
    whole = folder.with_suffix(".parquet")
    write_source(whole, files * rows)
    batches = pq.ParquetFile(whole).iter_batches(rows)
    for number, batch in enumerate(batches):
        table = pa.Table.from_batches([batch])
        pq.write_table(table, folder / f"{number:05d}.parquet", compression="zstd")


def write_mixed(path: Path, rows: int) -> None:
    """Write five numbers and two columns of 5,000 levels, a tenth of the rows rare."""
    rng = np.random.default_rng(0)
    rare = rng.random(rows) < 10 * _MINORITY
    numbers = {f"x{place}": _feature(rng, rare, place) for place in range(5)}
    texts = {
        f"c{place}": pa.array(rng.integers(0, _LEVELS, rows)).cast(pa.string())
        for place in range(2)
    }
    table = pa.table({**numbers, **texts, "y": pa.array(rare).cast(pa.int64())})
    pq.write_table(table, path, compression="zstd")


def _feature(rng: np.random.Generator, rare: np.ndarray, place: int) -> np.ndarray:
    values: np.ndarray = rng.standard_normal(len(rare)) + rare * (place < _SHIFTED)
    return values.round(3)


_KINDS: dict[str, Callable[..., None]] = {
    "source": write_source,
    "files": write_files,
    "mixed": write_mixed,
}

if __name__ == "__main__":
    kind, target, *numbers = sys.argv[1:]
    _KINDS[kind](Path(target), *(float(n) if "." in n else int(n) for n in numbers))
