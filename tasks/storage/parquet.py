"""Reads the rows of Parquet sources as a stream. Footers are read in footers.

Writing is writer's business.
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import TransientError, UserError
from schemas.survey import Fragment
from tasks.storage.limits import check_groups, checked_metadata, safe_rows
from tasks.storage.location import Location, locate
from tasks.storage.memory import use_frugal_pool
from tasks.storage.stores import store_at
from tasks.storage.unify import cast_to

_BUFFER = 64 << 10  # of each open column; reading is no faster with 1 MB
_REMOTE_BYTES = 32 << 20  # of an open file, shared by its columns
_VARIABLE_WIDTH = 32
_FEWEST_ROWS, _MOST_ROWS = 1_000, 250_000
_READ_BYTES, _READ_ROWS = 4 << 20, 64_000  # of a batch while it is read
_MENDABLE = {None, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES}

use_frugal_pool()  # here, so that it holds in the processes of every engine


def read_batches(  # noqa: PLR0913 - columns, rows and size are chosen independently
    fragments: Sequence[Fragment],
    schema: pa.Schema,
    columns: Sequence[str] | None = None,
    start: int = 0,
    stop: int | None = None,
    *,
    batch_rows: int | None = None,
) -> Iterator[tuple[int, pa.Table]]:
    """Stream rows in order, in memory that follows the batch and not the file.

    Args:
        fragments: As from footers.read_fragments; all or some of them, in order.
        schema: As from footers.read_fragments.
        columns: Names of the columns wanted, 1 or more, in that order. None: all.
        start: Ordinal of the first row wanted.
        stop: One past the ordinal of the last row wanted. None: to the end.
        batch_rows: Most rows of a batch. None: about 4 MB of them.

    Yields:
        The ordinal of a batch's first row, and the batch: 1 row or more, all from one
        file, in the types of the schema.

    Raises:
        UserError: A file is gone, has changed or cannot be decoded, or a value would
            change in the type that its column has in other files.
        TransientError: The storage failed.
    """
    names = schema.names if columns is None else columns
    wanted = pa.schema([schema.field(name) for name in names], schema.metadata)
    size = batch_rows or min(rows_per_batch(wanted, _READ_BYTES), _READ_ROWS)
    for fragment in fragments:
        end = fragment.first + fragment.rows
        low = max(start, fragment.first)
        high = end if stop is None else min(stop, end)
        if low < high:
            yield from _read_fragment(fragment, wanted, range(low, high), size)


def rows_per_batch(schema: pa.Schema, budget_bytes: int = 8 << 20) -> int:
    """Choose the rows of a batch or row group from the types alone, so they never vary.

    Args:
        schema: Columns of the batch; those of variable width count as 32 bytes.
        budget_bytes: Bytes a batch may take.

    Returns:
        1,000 to 250,000 rows, a multiple of 1,000.

    >>> rows_per_batch(pa.schema({"x": pa.float64(), "city": pa.string()}))
    209000
    >>> rows_per_batch(pa.schema({f"x{i}": pa.float64() for i in range(1000)}))
    1000
    """
    rows = budget_bytes // max(1, row_bytes(schema))
    return min(max(rows // 1_000 * 1_000, _FEWEST_ROWS), _MOST_ROWS)


def row_bytes(schema: pa.Schema) -> int:
    """Tell how wide a row is in memory; columns of variable width count as 32 bytes."""
    return sum(_width(field.type) for field in schema)


def _width(kind: pa.DataType) -> int:
    try:
        bits: int = kind.bit_width
    except ValueError:
        return _VARIABLE_WIDTH
    return max(1, bits // 8)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Say of a failure which file it was, and who can mend it."""
    try:
        yield
    except pa.ArrowNotImplementedError as error:
        raise UserError(
            f"{name!r} holds what Arrow cannot read ({error}). Write that column in "
            "another type, or leave it out of the source."
        ) from error
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        if getattr(error, "errno", None) not in _MENDABLE:
            raise TransientError(f"Reading {name!r} failed: {error}") from error
        raise UserError(
            f"{name!r} cannot be read as Parquet, it is missing, damaged or of another "
            f"format ({error}). Write it anew or leave it out of the source."
        ) from error


@contextmanager
def open_parquet(
    location: Location, columns: int | None = None
) -> Iterator[tuple[pa.NativeFile, pq.ParquetFile]]:
    """Open a file with its page checksums verified as it is read.

    Args:
        location: Of the file.
        columns: How many will be read at once. None: all.

    Yields:
        The file, and what reads it; its footer is within the limits.
    """
    # Buffered, not pre-buffered: a file that is one row group of 330 MB is then read
    # in 80 MB, not 390, and no slower.
    root, _, name = location.path.rpartition("/")
    with store_at(root or "/").open(name) as file:
        metadata = checked_metadata(file)
        with pq.ParquetFile(
            file,
            metadata=metadata,
            buffer_size=_buffer(file, columns or metadata.num_columns),
            pre_buffer=False,
            page_checksum_verification=True,
        ) as parquet:
            yield file, parquet


def _buffer(file: pa.NativeFile, columns: int) -> int:
    """Choose the bytes that are read ahead of each column, each time a request."""
    if isinstance(file, pa.OSFile):
        return _BUFFER
    return max(_BUFFER, _REMOTE_BYTES // max(1, columns))


def _read_fragment(
    fragment: Fragment, schema: pa.Schema, ordinals: range, most: int
) -> Iterator[tuple[int, pa.Table]]:
    stored = [name for name in schema.names if name not in fragment.partition]
    groups = _overlapping(fragment, ordinals)
    at = fragment.first + sum(fragment.row_groups[: groups[0]])
    place = locate(fragment.path)
    with reading(fragment.name), open_parquet(place, len(stored)) as (file, parquet):
        if file.size() != fragment.bytes:
            raise ValueError(f"{fragment.bytes} bytes before, {file.size()} now")
        for batch in _batches(file, parquet, groups, stored, most):
            low, high = max(at, ordinals.start), min(at + batch.num_rows, ordinals.stop)
            if low < high:
                part = batch.slice(low - at, high - low)
                yield low, _table(part, fragment, schema)
            at += batch.num_rows
            if at >= ordinals.stop:
                return
        raise ValueError("it has fewer rows than its footer says")


def _batches(
    file: pa.NativeFile,
    parquet: pq.ParquetFile,
    groups: list[int],
    columns: list[str],
    most: int,
) -> Iterator[pa.RecordBatch]:
    check_groups(parquet.metadata, groups)
    rows = safe_rows(file, parquet.metadata, groups, columns, most)
    # One thread: shards are what runs side by side, and each thread has its own
    # memory, which it gives back late.
    yield from parquet.iter_batches(rows, groups, columns, use_threads=False)


def _overlapping(fragment: Fragment, ordinals: range) -> list[int]:
    ends = accumulate(fragment.row_groups, initial=fragment.first)
    return [
        group
        for group, (start, end) in enumerate(pairwise(ends))
        if start < ordinals.stop and ordinals.start < end
    ]


def _table(batch: pa.RecordBatch, fragment: Fragment, schema: pa.Schema) -> pa.Table:
    if batch.schema.equals(schema):  # a cast of 500 columns takes as long as reading
        table = pa.Table.from_batches([batch], schema)
    else:
        arrays = [
            pa.repeat(pa.scalar(fragment.partition[field.name], field.type), len(batch))
            if field.name in fragment.partition
            else cast_to(field, batch.column(field.name), fragment.name)
            for field in schema
        ]
        table = pa.table(arrays, schema=schema)
    table.validate(full=True)
    return table
