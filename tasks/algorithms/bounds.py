"""Rows held against the feature schema: which fail, and by what.

What a schema may say is in schemas.features; rows that were made and fail are drawn
again in redraw.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.contract import TargetContract
from schemas.errors import UserError
from schemas.features import rule
from schemas.survey import Column, Rejection, Survey
from tasks.algorithms.captions import quoted, shorten
from tasks.algorithms.counts import ClassCounts
from tasks.algorithms.oddities import INFINITE, infinite_rows

if TYPE_CHECKING:
    import pandas as pd

Mask = npt.NDArray[np.bool_]

_SHOWN = 5  # labels
_WORDS = 80  # cells of a check, which may list a thousand values
# What pandas and Arrow raise where values have no order, or are no text.
_CANNOT = (
    *(TypeError, AttributeError, ValueError, OverflowError, NotImplementedError),
    pa.ArrowException,
)


class Verdict(NamedTuple):
    """What came of some rows."""

    reasons: tuple[str, ...]
    """All that can be wrong with them, in the order of the columns."""
    first: npt.NDArray[np.int32]
    """Shape (rows,): the place of the first thing wrong; -1 where nothing is."""

    @property
    def unfit(self) -> Mask:
        """Tell which rows fail."""
        mask: Mask = self.first >= 0
        return mask


def bounded(columns: Sequence[Column]) -> list[Column]:
    """List the columns that the feature schema says something of."""
    return [column for column in columns if column.checks]


def bounded_in_made(columns: Sequence[Column]) -> list[Column]:
    """List those of them that synthetic rows have a value of."""
    return [one for one in bounded(columns) if one.role not in {"key", "ignore"}]


def judge(
    table: pa.Table, columns: Sequence[Column], finite: Sequence[str] = ()
) -> Verdict:
    """Hold rows against the feature schema.

    Args:
        table: Holds the columns.
        columns: Such as the schema says something of.
        finite: Columns in which no number may be infinite.

    Returns:
        For each row the first thing that is wrong with it.

    Raises:
        UserError: A check cannot be applied to a column of its type.
    """
    reasons: list[str] = []
    first = np.full(table.num_rows, -1, np.int32)
    failed = [(INFINITE, infinite_rows(table, finite))] if finite else []
    for column in columns:
        failed += _failed(column, table.column(column.name))
    for reason, wrong in failed:
        first[wrong & (first < 0)] = len(reasons)
        reasons.append(reason)
    return Verdict(tuple(reasons), first)


def rejected(unfit: Mapping[str, ClassCounts]) -> tuple[Rejection, ...]:
    """List what becomes of rows that fail, by reason and label.

    Args:
        unfit: The labels of the rows that fail for each reason.
    """
    return tuple(
        Rejection(label=label, reason=reason, rows=rows, feature=True)
        for reason, found in sorted(unfit.items())
        for label, rows in (*sorted(found.rows.items()), (None, found.missing))
        if rows
    )


def gone_notes(survey: Survey, contract: TargetContract) -> tuple[str, ...]:
    """Say which classes have no row left, for a feature is wrong in all of them.

    Args:
        survey: What was accepted, and what was not.
        contract: Labels that may occur.
    """
    merged = () if survey.merger is None else survey.merger.rows
    known = {*survey.counts, *merged, None}
    known |= {one.label for one in survey.rejections if not one.feature}
    rows = Counter[str]()
    for one in survey.rejections:
        if one.label not in known and one.label in (contract.allowed or {one.label}):
            rows[str(one.label)] += one.rows
    if not rows:
        return ()
    shown = [f"{quoted(k, _WORDS)} ({n:,} rows)" for k, n in rows.most_common(_SHOWN)]
    more = f" and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    named = f"{', '.join(shown)}{more}"
    return (f"No row is left of {named}: all were rejected for a feature.",)


def without_labels(table: pa.Table, target: str, unfit: Mask) -> pa.Table:
    """Take the label from rows that fail, so that they are of no class.

    Args:
        table: Any rows.
        target: The column that holds the labels.
        unfit: Which fail, shape (rows,).
    """
    if not unfit.any():
        return table
    place, labels = table.schema.get_field_index(target), table.column(target)
    nothing = pa.scalar(None, labels.type)
    kept = [
        pc.if_else(pa.array(gone), nothing, chunk)
        for chunk, gone in zip(labels.chunks, _chunked(unfit, labels), strict=True)
    ]
    field = table.schema.field(place)
    return table.set_column(place, field, pa.chunked_array(kept, labels.type))


def _chunked(mask: Mask, column: pa.ChunkedArray) -> list[Mask]:
    ends = np.cumsum([len(chunk) for chunk in column.chunks])
    return np.split(mask, ends[:-1])


def _failed(column: Column, values: pa.ChunkedArray) -> list[tuple[str, Mask]]:
    asked = rule(column.checks, moments=_are_moments(values.type))
    series = _series(values)
    gone = (f"{column.name} is missing", series.isna().to_numpy())
    found = [] if asked.nullable else [gone]
    for check in asked.checks:
        said = shorten(str(check.error or check.name), _WORDS)
        wrong = ~_passed(check, series, column)
        found.append((f"{column.name} is not {said}", wrong))
    return found


def _passed(check: Any, series: "pd.Series", column: Column) -> Mask:  # noqa: ANN401 - pandera.Check
    passed = np.ones(len(series), np.bool_)
    if not series.notna().any():  # what is missing is not for checks to say
        return passed
    try:
        output = check(series).check_output
        passed[output.index] = output.fillna(value=False).to_numpy(np.bool_)
    except _CANNOT as error:
        raise UserError(
            f"the feature schema asks {check.error or check.name} of column "
            f"{column.name!r}, which is {column.type}: {error}; ask what fits its type"
        ) from error
    return passed


def _are_moments(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _series(values: pa.ChunkedArray) -> "pd.Series":
    """Give pandas values that keep all digits; NaN is missing, moments are in UTC."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    kind = values.type
    if pa.types.is_dictionary(kind):
        values = pc.cast(values, kind.value_type)
    if _are_moments(kind):
        unit = kind.unit if pa.types.is_timestamp(kind) else "ms"
        plain = pc.cast(values, pa.timestamp(unit))
        return pd.Series(plain.to_pandas(), index=pd.RangeIndex(len(values)))
    if pa.types.is_floating(kind):
        return pd.Series(values.to_pandas(), index=pd.RangeIndex(len(values)))
    return pd.Series(pd.arrays.ArrowExtensionArray(values))
