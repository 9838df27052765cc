"""Writes Parquet whose bytes depend on the rows alone. Where to is workspace's."""

from types import TracebackType
from typing import Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_LOOKED_AT = 4_096  # values, evenly spread over the first row group
_REPEATED = 0.75


class Sink(Protocol):
    """Where bytes go: any binary file opened for writing, or less."""

    def write(self, data: bytes, /) -> int:
        """Take all of the data."""


class PartWriter:
    """Writes row groups of an exact size, however the rows are cut into tables.

    Use it as a context manager: when the body raises, the file is left unfinished, for
    a Parquet writer that is merely closed makes a valid file of the rows so far
    (https://github.com/apache/arrow/issues/40502).
    """

    def __init__(self, sink: Sink, schema: pa.Schema, row_group_rows: int) -> None:
        """Begin a file.

        Args:
            sink: Where the bytes go; it stays open.
            schema: Of the rows; stored with its metadata.
            row_group_rows: Rows of each row group but the last, 1 or more.
        """
        self.rows = 0
        self._schema = schema
        self._row_group_rows = row_group_rows
        self._pending: list[pa.Table] = []
        self._pending_rows = 0
        self._tap = _Tap(sink)
        self._parquet: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file, or leave it unfinished when an error passes."""
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, table: pa.Table) -> None:
        """Append rows; they reach the sink when a row group is full.

        Args:
            table: Has the columns of the schema, in any order and castable types.
        """
        if not table.schema.equals(self._schema):
            table = table.select(self._schema.names).cast(self._schema)
        self.rows += table.num_rows
        while table.num_rows:
            piece = table.slice(0, self._row_group_rows - self._pending_rows)
            self._pending.append(piece)
            self._pending_rows += piece.num_rows
            table = table.slice(piece.num_rows)
            if self._pending_rows == self._row_group_rows:
                self._flush()

    def close(self) -> None:
        """Write the rows that are left, and the footer."""
        try:
            if self._pending_rows:
                self._flush()
            self._opened(self._schema.empty_table()).close()
        finally:
            self.abort()

    def abort(self) -> None:
        """Let nothing more reach the sink."""
        self._tap.sink = None
        if self._parquet:
            self._parquet.close()

    def _opened(self, first: pa.Table) -> pq.ParquetWriter:
        """Open the file when its first row group can tell how to encode the columns."""
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(
                self._tap,
                self._schema,
                compression="zstd",
                use_dictionary=[
                    name for name in first.column_names if _repeats(first[name])
                ],
                write_page_checksum=True,
            )
        return self._parquet

    def _flush(self) -> None:
        pieces, self._pending, self._pending_rows = self._pending, [], 0
        group = _merged(pieces)
        self._opened(group).write_table(group, group.num_rows)


class _Tap:
    """What the Parquet writer writes to; its finaliser may do so after an abort."""

    closed = False

    def __init__(self, sink: Sink) -> None:
        self.sink: Sink | None = sink

    def write(self, data: bytes) -> int:
        if self.sink is not None:
            self.sink.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered here."""

    def close(self) -> None:
        """The sink stays open."""


def _repeats(column: pa.ChunkedArray) -> bool:
    """Tell whether a dictionary pays: always for text, for numbers where they repeat.

    Dictionaries of random numbers are given up late, at half of the time of writing;
    those of rounded ones halve both the time and the bytes.
    """
    kind = column.type
    if pa.types.is_dictionary(kind) or _is_text(kind):
        return True
    if not _is_number(kind):
        return False
    step = max(1, len(column) // _LOOKED_AT)
    seen = column.take(pa.array(np.arange(0, len(column), step)))
    return len(seen.unique()) < _REPEATED * len(seen)


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_float32(kind)
        or pa.types.is_float64(kind)
        or (pa.types.is_temporal(kind) and not pa.types.is_interval(kind))
    )


def _merged(pieces: list[pa.Table]) -> pa.Table:
    """Give equal rows one layout, column by column: two copies of one at most.

    Args:
        pieces: Of one schema; emptied, so that nothing else holds a column.
    """
    table = pa.concat_tables(pieces)
    pieces.clear()
    schema, columns = table.schema, []
    for field in schema:
        columns.append(_canonical(table.column(0), field.type))
        table = table.remove_column(0)
    return pa.table(columns, schema=schema)


def _canonical(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    """Give one chunk, its dictionary in order of appearance."""
    if pa.types.is_dictionary(kind) and not kind.ordered:
        values = column.cast(kind.value_type).combine_chunks()
        return values.dictionary_encode().cast(kind)
    return column.combine_chunks()
