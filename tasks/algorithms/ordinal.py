"""Categories with an order: levels as ranks, and the levels between two.

Which columns have such levels is told by their roles, in columns.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.errors import UserError
from schemas.survey import Column
from tasks.algorithms.interpolation import between
from tasks.algorithms.labels import as_text, encode, is_label_type

Floats = npt.NDArray[np.float64]

_SHOWN = 5


def with_ranks(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """Put ranks in the place of levels.

    Args:
        table: Holds the ordinal columns.
        columns: Their levels, lowest first.

    Returns:
        The table with 0 for the lowest level of each such column, null where the level
        is missing, and all other columns as they are.
    """
    for column in columns:
        if column.role == "ordinal":
            ranked = pa.chunked_array([_ranks(table.column(column.name), column)])
            place = table.schema.get_field_index(column.name)
            table = table.set_column(place, column.name, ranked)
    return table


def _ranks(values: pa.ChunkedArray | pa.Array, column: Column) -> pa.Array:
    codes = encode(values, column.levels).astype(np.int64)
    return pa.array(codes, mask=codes < 0)


def between_levels(
    parents: pa.Array, neighbours: pa.Array, lam: Floats, column: Column
) -> pa.Array:
    """Give each row the level between those of its parents, nearest to its share.

    Args:
        parents: Shape (rows,).
        neighbours: Shape and type of parents.
        lam: Shape (rows,), in [0, 1).
        column: Its levels, lowest first.

    Returns:
        Type of parents; the parent's level where either is missing.
    """
    ranks = between(_ranks(parents, column), _ranks(neighbours, column), lam)
    return at_ranks(ranks, column, parents.type)


def at_ranks(ranks: pa.Array, column: Column, kind: pa.DataType) -> pa.Array:
    """Undo ``with_ranks``.

    Args:
        ranks: int64, of levels that there are; null where one is missing.
        column: Its levels, lowest first.
        kind: Type of the levels.
    """
    levels = _values(column.levels, kind)
    if pa.types.is_dictionary(kind):
        indices = ranks.cast(kind.index_type)
        return pa.DictionaryArray.from_arrays(indices, levels, ordered=kind.ordered)
    return levels.take(ranks)


def check_levels(name: str, kind: pa.DataType, levels: Sequence[str]) -> None:
    """Refuse a list of levels that a column cannot hold.

    Args:
        name: Of the column.
        kind: Its type.
        levels: Lowest first.

    Raises:
        UserError: It holds no levels, or others than these.
    """
    if not is_label_type(kind):
        raise UserError(
            f"column {name!r} has type {kind}, which holds no levels; text, whole "
            "numbers and booleans do, so take it out of ordinal"
        )
    try:
        written = as_text(_values(levels, kind)).to_pylist()
    except pa.ArrowInvalid:
        written = []
    if written != list(levels):
        raise UserError(
            f"ordinal gives column {name!r} the levels {', '.join(map(repr, levels))}, "
            f"which are not as its type {kind} writes them; whole numbers are written "
            "as 7, booleans as true and false"
        )


def _values(levels: Sequence[str], kind: pa.DataType) -> pa.Array:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.array(levels, pa.string()).cast(plain)


def check_known(column: Column, rows: Mapping[str, int]) -> None:
    """Refuse a column that holds a level that is not listed.

    Args:
        column: Ordinal.
        rows: Of each level that it holds.

    Raises:
        UserError: Names such levels.
    """
    unknown = [level for level in sorted(rows) if level not in column.levels]
    if unknown:
        shown = ", ".join(f"{one!r} ({rows[one]:,} rows)" for one in unknown[:_SHOWN])
        more = ", ..." if len(unknown) > _SHOWN else ""
        raise UserError(
            f"column {column.name!r} holds levels that ordinal does not list: {shown}"
            f"{more}; put them in their place among "
            f"{', '.join(map(repr, column.levels))}, or mend the source"
        )
