"""Text columns that are names, not categories. Codes of categories: search_space."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from schemas.records import Column

SHARE, LEAST = 0.9, 50


def text_features(schema: pa.Schema, columns: Sequence[Column]) -> list[str]:
    """List the feature columns that hold text, dictionary-encoded or not."""
    named = {column.name for column in columns if column.role == "categorical"}
    return [f.name for f in schema if f.name in named and _is_text(_plain(f.type))]


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def nearly_unique(table: pa.Table) -> list[str]:
    """Name the columns with nearly as many levels as rows.

    A vote among neighbours over names, notes or identifiers means nothing.

    Args:
        table: Some rows of text columns.

    Returns:
        Columns of 50 known values or more of which nine in ten differ.

    >>> nearly_unique(pa.table({"id": [str(n) for n in range(99)], "x": ["a"] * 99}))
    ['id']
    """
    found = []
    for name in table.column_names:
        column = table.column(name)
        known = pc.cast(column, _plain(column.type)).drop_null()
        levels = pc.count_distinct(known).as_py()
        if len(known) >= LEAST and levels > SHARE * len(known):
            found.append(name)
    return found
