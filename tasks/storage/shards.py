"""How source rows are cut into parts and tasks. What happens to a row is the plan's."""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from operator import itemgetter

import pyarrow as pa

from schemas.written import Shard
from tasks.storage.parquet import rows_per_batch

_GROUPS_PER_PART = 8  # 64 MB of rows: a second of work
_DONOR_FILES = 256  # that a task has open; a process may have 1,024

Batch = tuple[int, pa.Table]
"""The ordinal of the first row, and the rows."""


def donor_file(code: int, classes: int) -> str:
    """Name what a part's donors of a class are written to; which may be shared.

    Args:
        code: Of the class.
        classes: How many there are. Up to 256 each has a file of its own; of more,
            neighbours in label order share one, for a task has all of them open.

    >>> donor_file(7, 10), donor_file(7, 1_000)
    ('donors-00007', 'donors-00001')
    """
    return f"donors-{code // sharing(classes):05d}"


def sharing(classes: int) -> int:
    """Tell how many classes share a file of donors."""
    return -(-classes // _DONOR_FILES)


def part_rows(schema: pa.Schema) -> int:
    """Give the source rows that one part covers.

    From the schema alone: so a part's bytes depend on no batch, row group or worker.
    """
    return rows_per_batch(schema) * _GROUPS_PER_PART


def shards(rows: int, schema: pa.Schema, parts: int = 1) -> tuple[Shard, ...]:
    """Cut a source into runs of whole parts.

    Args:
        rows: Rows of the source.
        schema: Of the source.
        parts: Parts in each shard; any number gives the same bytes.

    Returns:
        Shards that cover all rows, in order.
    """
    starts = range(0, rows, part_rows(schema) * parts)
    return tuple(
        Shard(start=start, stop=stop) for start, stop in pairwise([*starts, rows])
    )


def by_part(
    batches: Iterable[Batch], schema: pa.Schema
) -> Iterator[tuple[int, Iterator[Batch]]]:
    """Group a stream of rows into parts, cutting batches where a part ends.

    Args:
        batches: Rows of a shard, in order.
        schema: Of the source.

    Yields:
        The number of a part in the whole source, and its batches; they are gone once
        the next part is asked for.
    """
    size = part_rows(schema)
    for number, pieces in groupby(_cut(batches, size), itemgetter(0)):
        yield number, ((first, table) for _, first, table in pieces)


def _cut(batches: Iterable[Batch], size: int) -> Iterator[tuple[int, int, pa.Table]]:
    for start, table in batches:
        first = start
        while table.num_rows:
            piece = table.slice(0, size - first % size)
            yield first // size, first, piece
            table = table.slice(piece.num_rows)  # noqa: PLW2901 - what is left of it
            first += piece.num_rows
