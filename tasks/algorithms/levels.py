"""Columns that are names, not categories. Codes of categories: search_space."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from schemas.survey import Column

SHARE, LEAST = 0.9, 50


def level_features(schema: pa.Schema, columns: Sequence[Column]) -> list[str]:
    """List the features whose values are levels, of which there may be too many."""
    named = {column.name for column in columns if column.role == "categorical"}
    return [
        f.name for f in schema if f.name in named and not pa.types.is_boolean(f.type)
    ]


def as_levels(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Give equal levels equal values, of a type that Arrow can number.

    Args:
        values: Of a categorical column.

    Returns:
        The same, but NaN is missing and -0.0 is 0.0; dictionaries, which may hold a
        level twice, are decoded.

    >>> as_levels(pa.array([-0.0, float("nan"), 2])).to_pylist()
    [0.0, None, 2.0]
    """
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    if pa.types.is_floating(values.type):
        doubles = pc.add(pc.cast(values, pa.float64()), 0.0)
        return pc.if_else(pc.is_nan(doubles), None, doubles)
    if pa.types.is_decimal(values.type):  # narrow ones cannot be numbered
        wide = pa.decimal128(values.type.precision, values.type.scale)
        return pc.cast(values, wide)
    return values


def nearly_unique(table: pa.Table) -> list[str]:
    """Name the columns with nearly as many levels as rows.

    A vote among neighbours over names, notes or identifiers means nothing.

    Args:
        table: Some rows of such columns.

    Returns:
        Columns of 50 known values or more of which nine in ten differ.

    >>> nearly_unique(pa.table({"id": [str(n) for n in range(99)], "x": ["a"] * 99}))
    ['id']
    """
    found = []
    for name in table.column_names:
        column = table.column(name)
        known = as_levels(column).drop_null()
        levels = pc.count_distinct(known).as_py()
        if len(known) >= LEAST and levels > SHARE * len(known):
            found.append(name)
    return found
