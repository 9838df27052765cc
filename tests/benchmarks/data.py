"""Generates the table that is balanced. What is done with it lives in cases."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_FEATURES = 20
_SHIFTED = 4  # columns in which the minority differs
_MINORITY = 0.01
_GROUP = 250_000  # rows of a row group


def write_source(path: Path, rows: int, seed: int = 0) -> None:
    """Write rows x 20 floats of 3 decimals and a rare class y = 1, in zstd.

    Args:
        path: The Parquet file to make.
        rows: Rows of the table, 1 or more.
        seed: Same seed, same table.
    """
    rng = np.random.default_rng(seed)
    names = [f"x{place:02d}" for place in range(_FEATURES)]
    schema = pa.schema([*((name, pa.float64()) for name in names), ("y", pa.int64())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, _GROUP):
            table = _rows(rng, min(_GROUP, rows - start))
            writer.write_table(table.cast(schema), _GROUP)


def _rows(rng: np.random.Generator, rows: int) -> pa.Table:
    minority = rng.random(rows) < _MINORITY
    columns = {}
    for place in range(_FEATURES):
        values = rng.standard_normal(rows) + minority * (place < _SHIFTED)
        columns[f"x{place:02d}"] = values.round(3)
    return pa.table({**columns, "y": minority})


if __name__ == "__main__":
    write_source(Path(sys.argv[1]), int(sys.argv[2]))
