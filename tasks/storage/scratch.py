"""What an attempt keeps aside for its own later stages, and maps instead of reading.

Pages of a mapped file are shared by all threads and processes, and given up when memory
is short. Nothing here is published, so nothing is hashed or fsynced: who loses the
machine begins anew. What is written once and read once is Parquet: outputs.
"""

import math
import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.written import Attempt
from tasks.storage.commits import SCRATCH, data_folder
from tasks.storage.exclusive import checked, reported
from tasks.storage.parquet import row_bytes
from tasks.storage.stores import Store, store_at

Choice = Callable[[pa.Table], pa.Table]

_GATHERED = 64 << 20  # bytes of columns that are decoded at once, about


def keep(
    attempt: Attempt, name: str, schema: pa.Schema, pieces: Iterable[pa.Table]
) -> None:
    """Write a table column by column, each as one array if its type allows.

    Args:
        attempt: Whose table it is.
        name: Of the table, a slug; one that is there is replaced by the same.
        schema: Of the table.
        pieces: One or more columns each, all rows of them, in the schema's order.

    Raises:
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed.
    """
    with store_at(attempt.root).draft(_path(attempt, name)) as file:
        _write_columns(file, schema, pieces)


def kept(attempt: Attempt, name: str) -> pa.Table:
    """Map a table that was kept; it takes no memory of the process's own.

    Args:
        attempt: Whose table it is.
        name: Of the table.

    Raises:
        UserError: It may not be read.
        TransientError: It is gone, or the storage failed.
    """
    path = store_at(attempt.root).fetch(_path(attempt, name))
    with reported(path):
        source = pa.memory_map(str(path))
        schema = _read(source).schema
        return pa.table([_read(source).column(0) for _ in schema], schema=schema)


def gather(
    attempt: Attempt, folder: str, name: str, choose: Choice | None = None
) -> None:
    """Keep as one table what tasks wrote as many Parquet files.

    Args:
        attempt: Whose files they are.
        folder: Of the files, whose names are in the order of their rows.
        name: Of the table.
        choose: Takes of each file the rows that are wanted; all if not given.

    Raises:
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed.
    """
    store = store_at(attempt.root)
    listed = store.files(f"{data_folder(attempt)}/{folder}")
    # Opened one after the other: a table of many parts has more than may be open.
    parts = [partial(_open, store, item.path) for item in listed]
    if choose:
        pieces = iter([pa.concat_tables([choose(part().read()) for part in parts])])
    else:
        pieces = _columns(parts)
    keep(attempt, name, parts[0]().schema_arrow, pieces)


def mapped(
    attempt: Attempt,
) -> Callable[[tuple[int, ...], npt.DTypeLike], npt.NDArray[Any]]:
    """Give what makes arrays that lie in files instead of memory.

    Args:
        attempt: Beside whose files they lie. They have no name there, and are gone
            when nothing refers to them.

    Returns:
        Makes an array of a shape and type, and raises UserError where the disk is full.
    """
    folder = store_at(attempt.root).room(f"{data_folder(attempt)}/{SCRATCH}")

    def empty(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if not size:
            return np.empty(shape, dtype)
        with reported(folder), TemporaryFile(dir=folder) as file:
            _reserve(file.fileno(), size)
            return np.frombuffer(mmap.mmap(file.fileno(), size), dtype).reshape(shape)

    return empty


def _reserve(file: int, size: int) -> None:
    """Take the room at once: a page that finds the disk full would kill the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:  # macOS
        os.truncate(file, size)


def _path(attempt: Attempt, name: str) -> str:
    return f"{data_folder(attempt)}/{SCRATCH}/{checked(name)}.arrows"


def _write_columns(path: Path, schema: pa.Schema, pieces: Iterable[pa.Table]) -> None:
    """Write a stream for each column, for a batch would need all columns at once."""
    with pa.OSFile(str(path), "wb") as sink:
        _write(sink, schema.empty_table())
        for piece in pieces:
            for column in piece.column_names:
                _write(sink, piece.select([column]).combine_chunks())


def _write(sink: pa.NativeFile, table: pa.Table) -> None:
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _read(source: pa.NativeFile) -> pa.Table:
    return pa.ipc.open_stream(source).read_all()


def _open(store: Store, path: str) -> pq.ParquetFile:
    return pq.ParquetFile(store.open(path))


def _columns(parts: Sequence[Callable[[], pq.ParquetFile]]) -> Iterator[pa.Table]:
    """Read as many columns at a time as are worth going through all files once more."""
    schema = parts[0]().schema_arrow
    rows = sum(part().metadata.num_rows for part in parts)
    step = max(1, len(schema) * _GATHERED // (rows * row_bytes(schema)))
    for first in range(0, len(schema), step):
        names = schema.names[first : first + step]
        yield pa.concat_tables([part().read(names).select(names) for part in parts])
