"""Small Parquet files that hold what would fill a memory. Nothing is read here."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def bomb_files(folder: Path) -> Iterator[Path]:
    """Write repeated texts of 1 MB, a list of 100 MB, and too much of the rest.

    Args:
        folder: Where they are written.

    Yields:
        Each file.
    """
    long = pa.array(["x" * (1 << 20)])
    for rows in (500, 200_000):
        codes = pa.array(np.zeros(rows, np.int32))
        texts = pa.table({"s": pa.DictionaryArray.from_arrays(codes, long)})
        yield _saved(texts, folder / f"dictionary-{rows}.parquet", store_schema=False)
    same = pa.table({"s": pa.chunked_array([pa.array([long[0].as_py()] * 200)] * 5)})
    delta = {"use_dictionary": False, "column_encoding": {"s": "DELTA_BYTE_ARRAY"}}
    yield _saved(same, folder / "delta.parquet", **delta)
    items = pa.array(np.zeros(100_000_000, np.int8))
    ends = pa.array([0, len(items)], pa.int32())
    lists = pa.table({"l": pa.ListArray.from_arrays(ends, items)})
    yield _saved(lists, folder / "list.parquet")
    nulls = pa.table({"n": pa.nulls(100_000_000, pa.int8())})
    yield _saved(nulls, folder / "nulls.parquet")
    wide = pa.schema([(f"c{n}", pa.int8()) for n in range(10_001)])
    yield _saved(wide.empty_table(), folder / "wide.parquet")


def _saved(table: pa.Table, path: Path, **options: object) -> Path:
    rows = max(1, table.num_rows)
    pq.write_table(table, path, row_group_size=rows, compression="zstd", **options)
    return path
