"""The I/O limit, as a program of its own: what reading and writing alone cost.

Run it as ``python -m tests.benchmarks.limit SOURCE ROWS FOLDER``.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq


def read(source: str) -> int:
    """Decode every row once, on all cores, and keep none.

    Args:
        source: A Parquet file.

    Returns:
        Its rows.
    """
    return sum(batch.num_rows for batch in ds.dataset(source).to_batches())


def write(source: str, rows: int, folder: Path) -> None:
    """Write a table of some size, the same codec as ours, a file on each core.

    Args:
        source: Its first row group is written, over and over.
        rows: Rows to write in all.
        folder: Where the files go.
    """
    group = pq.ParquetFile(source).read_row_group(0)
    cores = os.cpu_count() or 1
    shares = [rows // cores + (place < rows % cores) for place in range(cores)]
    paths = [folder / f"limit-{place}.parquet" for place in range(cores)]
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(_write_part, paths, [group] * cores, shares))


def _write_part(path: Path, group: pa.Table, rows: int) -> None:
    with pq.ParquetWriter(path, group.schema, compression="zstd") as writer:
        for start in range(0, rows, group.num_rows):
            writer.write_table(group.slice(0, rows - start))


if __name__ == "__main__":
    read(sys.argv[1])
    write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
