"""Reading: the rows of a surveyed source, as they are balanced.

How files are read is in storage.parquet; which rows go where, in algorithms.routing.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from schemas.survey import Survey
from tasks.algorithms.bounds import bounded, judge, without_labels
from tasks.algorithms.columns import source_schema
from tasks.algorithms.rare_classes import relabel
from tasks.storage.parquet import read_batches


def source_rows(
    survey: Survey,
    columns: Sequence[str] | None = None,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[tuple[int, pa.Table]]:
    """Stream the rows of a source, labelled as they are balanced.

    Args:
        survey: Where rows lie, which classes were merged, and the bounds of features.
        columns: The target among them; all if not given.
        start: Ordinal of the first row.
        stop: One past the last; all if not given.

    Yields:
        The ordinal of a batch's first row, and the batch.
    """
    schema = source_schema(survey)
    asked = schema.names if columns is None else list(columns)
    judged = (*(one.name for one in bounded(survey.columns)), *survey.finite)
    names = list(dict.fromkeys((*asked, *judged)))
    rows = read_batches(survey.fragments, schema, names, start, stop)
    for first, table in rows:
        yield first, as_balanced(table, survey).select(asked)


def as_balanced(table: pa.Table, survey: Survey) -> pa.Table:
    """Give rows the labels that they are balanced by.

    Args:
        table: Rows of the source, with the target and all columns that have bounds.
        survey: Which classes were merged, and the bounds.

    Returns:
        The same rows; those with a wrong feature have no label, those of merged classes
        the new one.
    """
    columns = bounded(survey.columns)
    if survey.merger is None and not columns and not survey.finite:
        return table
    target = next(one.name for one in survey.columns if one.role == "target")
    unfit = judge(table, columns, survey.finite).unfit
    table = without_labels(table, target, unfit)
    if survey.merger is not None:
        table = relabel(table, target, survey.merger)
    return table
