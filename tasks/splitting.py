"""Splitting: how many rows of each class are held out, and the limits that make it so.

What puts a row on a side is in algorithms.sides; how many rows the classes get from
those that are left, in planning.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.plan import ClassPlan
from schemas.splits import Split, SplitKind
from schemas.survey import Survey
from tasks.algorithms.columns import source_schema
from tasks.algorithms.counts import ClassCounts, count
from tasks.algorithms.cuts import cut, cut_training
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.plan import holdout_rows
from tasks.algorithms.quantiles import at_rank, nearest_gap
from tasks.algorithms.routing import row_hashes
from tasks.algorithms.selection import EVERYTHING, Hashes, below
from tasks.algorithms.sides import coordinates, deciding, newest_first
from tasks.algorithms.split_words import no_holdout, no_training
from tasks.algorithms.thresholds import count_below
from tasks.reading import source_rows
from tasks.storage.parquet import read_batches

_SHOWN = 10  # values of a column


class Held(NamedTuple):
    """What is held out."""

    rows: dict[str, int]
    """Of each class."""
    below: int = 0
    """The limit of all classes; 0 where each has its own, which is found later."""
    since: str | None = None
    """The oldest moment that is held out, if the split is by time."""


class _Rows(NamedTuple):
    codes: Codes
    """-1 for rows of no class."""
    hashes: Hashes
    sides: Hashes
    """Held out if below a limit."""


def held_out(config: BalanceConfig, survey: Survey) -> Held:
    """Count the rows of each class that are held out.

    With a key, and by group, those below a share of all hashes, whatever rows there
    are: as a table grows, none of them is ever trained on.

    Args:
        config: Split, key, seed and share.
        survey: Counts of each class, and where rows lie.

    Returns:
        Rows of each class; one at least is left to train on.

    Raises:
        UserError: A class would have no row to train on, or nothing would be held out.
    """
    if config.split.kind is SplitKind.STRATIFIED:
        return Held(_of_each_class(config, survey))
    limit = _limit(config, survey)
    rows = dict(zip(survey.counts, _count(config, survey, limit), strict=True))
    if not any(rows.values()):
        raise UserError(no_holdout(config.split))
    for label, count_of_all in survey.counts.items():
        if rows[label] == count_of_all:
            raise UserError(no_training(label, count_of_all, config.split))
    return Held(rows, limit, _since(survey, config.split, limit))


def _of_each_class(config: BalanceConfig, survey: Survey) -> dict[str, int]:
    counts = survey.counts
    if not config.key:
        return {
            label: holdout_rows(rows, config.holdout) for label, rows in counts.items()
        }
    found = _count(config, survey, int(config.holdout * EVERYTHING))
    return {
        label: min(below, rows - 1)  # one at least is left to train on
        for (label, rows), below in zip(counts.items(), found, strict=True)
    }


def _count(config: BalanceConfig, survey: Survey, limit: int) -> list[int]:
    rows = ((row.codes, row.sides) for row in _rows(config, survey))
    return count_below(rows, len(survey.counts), limit)


def _limit(config: BalanceConfig, survey: Survey) -> int:
    """Find what the coordinates of rows that are held out lie below."""
    if config.split.kind is SplitKind.GROUP:
        return int(config.holdout * EVERYTHING)
    if config.split.kind is SplitKind.TIME:
        return _newest(config, survey)
    _check_values(config, survey)
    return 1


def _newest(config: BalanceConfig, survey: Survey) -> int:
    """Cut between two moments, as near to the share as can be."""
    rows = sum(survey.counts.values())
    rank = min(max(1, round(config.holdout * rows)), rows - 1)

    def moments() -> Iterator[Hashes]:
        for row in _rows(config, survey):
            yield row.sides[row.codes >= 0]

    limit = nearest_gap(at_rank(moments, rank), rank, rows)
    if limit is None:
        raise UserError(
            f"all rows are of one moment in column {config.split.column!r}, so none "
            "are newer; split by another column, or not by time"
        )
    return limit


def _since(survey: Survey, split: Split, limit: int) -> str | None:
    """Write the moment from which on rows are held out as its column would."""
    if split.column is None or split.kind is not SplitKind.TIME:
        return None
    schema, found = source_schema(survey), []
    for _, table in read_batches(survey.fragments, schema, [split.column]):
        times = table.column(0)
        held = below(newest_first(times), limit)
        found.append(pc.min(times.filter(pa.array(held))))
    oldest = pc.min(pa.array(found, schema.field(split.column).type))
    return str(pc.cast(oldest, pa.string()).as_py())


def _check_values(config: BalanceConfig, survey: Survey) -> None:
    """Refuse values that do not occur, and rows that are on no side."""
    name, wanted = str(config.split.column), config.split.values
    batches = read_batches(survey.fragments, source_schema(survey), [name])
    found = sum((count(table.column(0)) for _, table in batches), ClassCounts())
    if found.missing:
        raise UserError(
            f"column {name!r} is missing in {found.missing:,} of {found.total:,} rows, "
            "so they are on neither side; fill it, or leave those rows out"
        )
    absent = [value for value in wanted if not found.rows[value]]
    if absent:
        raise UserError(
            f"no row has {absent[0]!r} in column {name!r}, which says what is held "
            f"out; name other values (split.values, or --split column:{name}=VALUE): "
            f"{_most(found.rows)}"
        )


def _most(values: Mapping[str, int]) -> str:
    shown = ", ".join(map(repr, sorted(values)[:_SHOWN]))
    return shown + (", ..." if len(values) > _SHOWN else "")


def with_limit(classes: Sequence[ClassPlan], held: Held) -> tuple[ClassPlan, ...]:
    """Tell each class the limit of the split, where all have the same."""
    return tuple(
        item.model_copy(update={"holdout_below": held.below}) for item in classes
    )


def with_thresholds(
    config: BalanceConfig, survey: Survey, classes: Sequence[ClassPlan]
) -> tuple[ClassPlan, ...]:
    """Fill in the thresholds that make the counts of a plan exact.

    Args:
        config: Target, split, key and seed.
        survey: Where rows lie.
        classes: As planned; with the limit of the split, if all have one.

    Returns:
        The same with all thresholds.
    """

    def everything() -> Iterator[tuple[Codes, Hashes]]:
        for row in _rows(config, survey):
            yield row.codes, row.hashes

    def training() -> Iterator[tuple[Codes, Hashes]]:
        for row in _rows(config, survey):
            held = below(row.sides, classes[0].holdout_below)
            yield np.where(held, np.int32(-1), row.codes), row.hashes

    if config.split.kind is SplitKind.STRATIFIED:
        return cut(classes, everything)
    return cut_training(classes, training)


def _rows(config: BalanceConfig, survey: Survey) -> Iterator[_Rows]:
    """Stream what decides where each row goes."""
    labels = list(survey.counts)
    columns = deciding(config.target, config.key, config.split)
    for first, table in source_rows(survey, columns):
        hashes = row_hashes(table, first, config.key, config.seed)
        sides = coordinates(table, hashes, config.split, config.seed)
        yield _Rows(encode(table.column(config.target), labels), hashes, sides)
