"""Rows as a matrix of floats and back, for samplers that know nothing else.

Which sampler is run on it is in resampled, and what has to be learnt first in coding.
Models read rows by features instead, and SMOTE its own by search_space: neither has to
go back.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.survey import Column
from tasks.algorithms.arrays import one_chunk
from tasks.algorithms.coding import Coding, filled, floats
from tasks.algorithms.distances import Floats, Positions
from tasks.algorithms.integers import from_integers, to_integers
from tasks.algorithms.ordinal import at_ranks

_SURE = 1 - 1e-12  # of the widest decimal, lest rounding makes it wider


def written(coding: Coding) -> Floats:
    """Write the rows that a coding was learnt from.

    Returns:
        Shape (rows, width), finite.
    """
    matrix = np.zeros((coding.rows.num_rows, coding.width))
    at = 0
    for name, one in coding.numbers.items():
        values = floats(coding.ranked.column(name))
        matrix[:, at] = (filled(values, one) - one.centre) / one.scale
        if one.gaps:
            matrix[:, at + 1] = ~np.isfinite(values) * (
                1.0 if coding.coded else coding.weight
            )
        at += 1 + one.gaps
    for category in coding.levels.values():
        if coding.coded:
            matrix[:, at] = category.codes
        else:
            level = coding.weight / np.sqrt(2)  # two columns differ
            matrix[np.arange(len(matrix)), at + category.codes] = level
        at += 1 if coding.coded else len(category.examples)
    return matrix


def code_columns(coding: Coding) -> list[int]:
    """Tell which columns of the matrix hold codes, where categories are coded."""
    found, at = [], 0
    for one in coding.numbers.values():
        if one.gaps:
            found.append(at + 1)
        at += 1 + one.gaps
    return [*found, *range(at, coding.width)]


def read(coding: Coding, matrix: Floats, alike: Positions) -> pa.Table:
    """Read rows that a sampler made.

    Args:
        coding: Of the rows that it made them from.
        matrix: Shape (rows, width).
        alike: Shape (rows,), for each a training row of the same class, whose weight it
            has.

    Returns:
        Rows in the schema of the training rows. Whole numbers and moments are rounded
        and stay within those known; a category is the level nearest; what is mostly
        missing is null, or NaN where null is not allowed; key and ignored columns are
        null.
    """
    made: dict[str, pa.Array] = {}
    at = 0
    for name, one in coding.numbers.items():
        gaps = matrix[:, at + 1] if one.gaps else None
        made[name] = _numbers(coding, name, matrix[:, at], gaps)
        at += 1 + one.gaps
    for name, category in coding.levels.items():
        width = 1 if coding.coded else len(category.examples)
        part = matrix[:, at : at + width]
        codes = np.rint(part[:, 0]) if coding.coded else part.argmax(axis=1)
        chosen = category.examples[codes.astype(np.intp)]
        made[name] = _take(coding.rows, name, chosen)
        at += width
    rest = [column for column in coding.columns if column.name not in made]
    made |= {column.name: _other(coding.rows, column, alike) for column in rest}
    for column in coding.columns:
        if column.role == "ordinal":
            kind = coding.rows.schema.field(column.name).type
            made[column.name] = at_ranks(made[column.name], column, kind)
    return pa.table(made, schema=coding.rows.schema)


def _other(rows: pa.Table, column: Column, alike: Positions) -> pa.Array:
    if column.role in {"target", "weight"}:
        return _take(rows, column.name, alike)
    return pa.nulls(len(alike), rows.schema.field(column.name).type)


def _numbers(
    coding: Coding, name: str, values: Floats, gaps: Floats | None
) -> pa.Array:
    one, field = coding.numbers[name], coding.ranked.schema.field(name)
    unscaled = values * one.scale + one.centre
    missing = np.zeros(len(values), np.bool_)
    if gaps is not None:
        missing = gaps >= (1.0 if coding.coded else coding.weight) / 2
    if pa.types.is_floating(field.type):
        if not field.nullable:
            return pa.array(np.where(missing, np.nan, unscaled)).cast(field.type)
        return pa.array(unscaled, mask=missing).cast(field.type)
    inside = np.clip(unscaled, one.low, one.high)
    if pa.types.is_decimal(field.type):
        return _blank(_decimals(inside, coding, name), missing)
    return _blank(from_integers(_words(inside, coding, name), field.type), missing)


def _decimals(values: Floats, coding: Coding, name: str) -> pa.Array:
    known = one_chunk(coding.ranked.column(name))
    digits, scale = known.type.precision, known.type.scale
    wide = pa.decimal128(digits, scale)  # Arrow does more with it than with narrow ones
    whole = float(10 ** (digits - scale)) * _SURE
    rounded = pa.array(np.clip(values, -whole, whole)).cast(wide)
    ends = pc.min_max(known.cast(wide))
    if ends["min"].is_valid:
        below = pc.min_element_wise(rounded, ends["max"])
        rounded = pc.max_element_wise(below, ends["min"]).cast(wide)
    return rounded.cast(known.type)


def _words(values: Floats, coding: Coding, name: str) -> pa.Array:
    """Round to whole numbers; the ends are exact, which float64 may not hold."""
    known = to_integers(one_chunk(coding.ranked.column(name)))
    ends = pc.min_max(known)
    low, high = (ends[end].as_py() or 0 for end in ("min", "max"))
    kind = np.uint64 if pa.types.is_uint64(known.type) else np.int64
    top, bottom = values >= float(high), values <= float(low)
    rounded = np.rint(np.where(top | bottom, 0, values)).astype(kind)
    words = np.where(top, kind(high), np.where(bottom, kind(low), rounded))
    return pa.array(np.clip(words, kind(low), kind(high)))


def _blank(values: pa.Array, missing: npt.NDArray[np.bool_]) -> pa.Array:
    if not missing.any():
        return values
    return pc.if_else(pa.array(missing), None, values).cast(values.type)


def _take(rows: pa.Table, name: str, places: Positions) -> pa.Array:
    return one_chunk(rows.column(name).take(pa.array(places)))
