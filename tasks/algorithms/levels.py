"""Text columns that are names, not categories. Codes of categories: search_space."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from schemas.records import Column

SHARE, LEAST = 0.9, 50


def text_features(schema: pa.Schema, columns: Sequence[Column]) -> list[str]:
    """List the feature columns that hold text, dictionary-encoded or not."""
    named = {column.name for column in columns if column.role == "categorical"}
    return [
        field.name
        for field in schema
        if field.name in named and not pa.types.is_boolean(field.type)
    ]


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
        known = table.num_rows - table.column(name).null_count
        levels = pc.count_distinct(table.column(name)).as_py()
        if known >= LEAST and levels > SHARE * known:
            found.append(name)
    return found
