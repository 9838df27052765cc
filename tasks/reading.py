"""Reading: the rows of a surveyed source, as they are balanced.

How files are read is in storage.parquet; which rows go where, in algorithms.routing.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from schemas.records import Survey
from tasks.algorithms.columns import source_schema
from tasks.algorithms.rare_classes import relabel
from tasks.storage.parquet import read_batches


def source_rows(
    survey: Survey,
    columns: Sequence[str] | None = None,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[tuple[int, pa.Table]]:
    """Stream the rows of a source; those of merged classes have their new label.

    Args:
        survey: Where rows lie, and which classes were merged.
        columns: The target among them; all if not given.
        start: Ordinal of the first row.
        stop: One past the last; all if not given.

    Yields:
        The ordinal of a batch's first row, and the batch.
    """
    schema = source_schema(survey)
    rows = read_batches(survey.fragments, schema, columns, start, stop)
    if survey.merger is None:
        yield from rows
        return
    target = next(one.name for one in survey.columns if one.role == "target")
    for first, table in rows:
        yield first, relabel(table, target, survey.merger)
