"""Plausibility: what a sampler made, held against the training rows it was given.

Rows whose parents nobody tells cannot be made again from them. What can be said of any:
its categories are some that there are, its whole numbers and moments between those that
there are, its floats finite, and it names neither a row nor what is ignored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from schemas.plan import ResamplePlan
from schemas.survey import Column, Survey
from schemas.written import Attempt, Check, FileEntry
from tasks.algorithms.arrays import one_chunk
from tasks.algorithms.integers import to_integers
from tasks.algorithms.routing import route
from tasks.reading import source_rows
from tasks.recounting import SYNTHETIC
from tasks.storage.workspace import open_part

_LEVELS = {"categorical", "ordinal"}


@dataclass(frozen=True)
class _Known:
    """Values of a column in the training rows: levels, or the least and the most."""

    values: pa.Array

    def also(self, more: pa.Array, column: Column) -> "_Known":
        both = pa.concat_arrays([self.values, more])
        return _Known(_summary(both, column))


def check_plausible(
    survey: Survey, plan: ResamplePlan, attempt: Attempt, files: Sequence[FileEntry]
) -> Check:
    """Hold every row that a sampler made against the training rows of the source.

    Args:
        survey: Where these lie, and the roles of the columns.
        plan: Which rows are trained on, those included that the sampler dropped.
        attempt: Where the files lie.
        files: All of them.
    """
    made = [entry for entry in files if SYNTHETIC in entry.path]
    rows = sum(entry.rows or 0 for entry in made)
    wrong: list[str] = []
    if made:
        known = _known(survey, plan)
        for entry in made:
            table = open_part(attempt.root, entry).read()
            wrong += [
                f"{entry.path}: {column.name!r} {said}"
                for column in survey.columns
                if (said := _wrong(table, column, known.get(column.name)))
            ]
    return Check(
        name="plausible",
        success=not wrong,
        note=f"{rows:,} rows that were made have categories, whole numbers and moments "
        "as training rows have" + (f"; {'; '.join(wrong)}" if wrong else ""),
    )


def _known(survey: Survey, plan: ResamplePlan) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    for table in _training(survey, plan):
        for column in survey.columns:
            if _is_bound(table.schema.field(column.name), column):
                values = _summary(_plain(table, column.name), column)
                seen = known.get(column.name)
                known[column.name] = (
                    seen.also(values, column) if seen else _Known(values)
                )
    return known


def _training(survey: Survey, plan: ResamplePlan) -> Iterator[pa.Table]:
    """Stream what the sampler was given: neither held out nor rejected."""
    for first, table in source_rows(survey):
        routed = route(table, first, plan)
        yield table.filter(pa.array(~routed.holdout & ~routed.rejected))


def _is_bound(field: pa.Field, column: Column) -> bool:
    if column.role in _LEVELS:
        return True
    return column.role in {"numeric", "temporal"} and not pa.types.is_floating(
        field.type
    )


def _plain(table: pa.Table, name: str) -> pa.Array:
    values = one_chunk(table.column(name))
    if pa.types.is_dictionary(values.type):
        return values.cast(values.type.value_type)
    if pa.types.is_decimal(values.type):  # Arrow compares no narrow ones
        return values.cast(pa.decimal128(values.type.precision, values.type.scale))
    return to_integers(values) if pa.types.is_temporal(values.type) else values


def _summary(values: pa.Array, column: Column) -> pa.Array:
    if column.role in _LEVELS:
        return pc.unique(values)
    ends = pc.min_max(values)
    return pa.array([ends["min"].as_py(), ends["max"].as_py()], values.type)


def _wrong(table: pa.Table, column: Column, known: _Known | None) -> str:
    """Say what is wrong with a column of rows that were made; else nothing."""
    values = _plain(table, column.name)
    if column.role in {"key", "ignore"}:
        return "" if values.null_count == len(values) else "is not null"
    if known is None:
        floats = pa.types.is_floating(values.type) and column.role != "target"
        infinite = floats and pc.any(pc.is_inf(values)).as_py()
        return "is not finite" if infinite else ""
    if column.role in _LEVELS:
        inside = pc.is_in(values, value_set=known.values)
        return "" if pc.all(inside).as_py() else "has a level that no training row has"
    low, high = known.values
    inside = pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high))
    outside = pc.any(pc.invert(inside)).as_py()
    return "lies outside of what training rows have" if outside else ""
