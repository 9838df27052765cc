"""How source rows are cut into parts and tasks. What happens to a row is the plan's."""

import pyarrow as pa

from schemas.records import Shard
from tasks.storage.parquet import rows_per_batch

_BATCHES_PER_PART = 8


def part_rows(schema: pa.Schema) -> int:
    """Give the source rows that one part covers.

    From the schema alone: so a part's bytes depend on no batch, row group or worker.
    """
    return rows_per_batch(schema) * _BATCHES_PER_PART


def shards(rows: int, schema: pa.Schema, parts: int = 1) -> tuple[Shard, ...]:
    """Cut a source into runs of whole parts.

    Args:
        rows: Rows of the source.
        schema: Of the source.
        parts: Parts in each shard; any number gives the same bytes.

    Returns:
        Shards that cover all rows, in order.
    """
    step = part_rows(schema) * parts
    return tuple(
        Shard(start=start, stop=min(start + step, rows))
        for start in range(0, rows, step)
    )


def split(shard: Shard, schema: pa.Schema) -> tuple[tuple[int, Shard], ...]:
    """Cut a shard into its parts, each with its number in the whole source."""
    size = part_rows(schema)
    return tuple(
        (start // size, Shard(start=start, stop=min(start + size, shard.stop)))
        for start in range(shard.start, shard.stop, size)
    )
