"""A table of predicted probabilities: which column is which class, and is it sound.

What is done to the probabilities is in calibration.
"""

import difflib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import UserError

Floats = npt.NDArray[np.float64]

PREFIX = "p_"
TOLERANCE = 1e-3
"""How far the probabilities of a row may be from summing to 1: three written digits."""

_SHOWN = 10  # names in a message


def class_columns(
    schema: pa.Schema, labels: Sequence[str], others: Sequence[str], name: str
) -> tuple[str, ...]:
    """Find the column of each class: called like its label, or ``p_`` and its label.

    Args:
        schema: Of the table; columns that are of no class are let be.
        labels: The classes that were trained on.
        others: Labels that were not, as they broke the contract.
        name: What messages call the table.

    Returns:
        The name of a column for each label, in order.

    Raises:
        UserError: A class has no column or two, or a column is of a class that was not
            trained on, or does not hold numbers.

    >>> schema = pa.schema([(name, pa.float64()) for name in ("x", "p_a", "p_b")])
    >>> class_columns(schema, ["a", "b"], [], "p.parquet")
    ('p_a', 'p_b')
    """
    there = set(schema.names)
    spelt = {prefix: [prefix + label for label in labels] for prefix in ("", PREFIX)}
    whole = [prefix for prefix, names in spelt.items() if there.issuperset(names)]
    if not whole:
        closest = max(spelt.values(), key=lambda names: len(there.intersection(names)))
        raise _missing(schema, closest, name)
    if len(whole) > 1:
        raise UserError(
            f"{name!r} has two columns for each class, {spelt[''][0]!r} and "
            f"{spelt[PREFIX][0]!r} for the first; rename or leave out those that are "
            "not the model's probabilities"
        )
    prefix, columns = whole[0], tuple(spelt[whole[0]])
    _check_no_stranger(schema, columns, prefix, others, name)
    _check_numbers(schema, columns, name)
    return columns


def _missing(schema: pa.Schema, wanted: Sequence[str], name: str) -> UserError:
    absent = next(column for column in wanted if column not in schema.names)
    near = difflib.get_close_matches(absent, schema.names, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return UserError(
        f"{name!r} has no column {absent!r}; {hint}It needs one of each class that was "
        f"trained on, called like the label or {PREFIX} and the label: "
        f"{_list(wanted)}. Its columns: {_list(schema.names)}"
    )


def _check_no_stranger(
    schema: pa.Schema,
    columns: Sequence[str],
    prefix: str,
    others: Sequence[str],
    name: str,
) -> None:
    """Refuse columns that look like a class that the model cannot have learnt."""
    refused = {prefix + label for label in others}
    for column in schema.names:
        is_named = bool(prefix) and column.startswith(prefix)
        if column not in columns and (is_named or column in refused):
            raise UserError(
                f"{name!r} has a column {column!r}, and no such class was trained on; "
                f"these were: {_list(columns)}. Rename it if it is no probability, "
                "else give the manifest of the version that the model was trained on"
            )


def _check_numbers(schema: pa.Schema, columns: Sequence[str], name: str) -> None:
    for column in columns:
        kind = schema.field(column).type
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
            raise UserError(
                f"{name!r} has {kind} in column {column!r}; write probabilities as "
                "numbers from 0 to 1"
            )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:_SHOWN]))
    return f"{shown}, ..." if len(names) > _SHOWN else shown


def read_probabilities(
    table: pa.Table, columns: Sequence[str], name: str, first: int
) -> Floats:
    """Read the probabilities of a table; each row must be a distribution.

    Args:
        table: Holds the columns.
        columns: Of the classes, as class_columns gives them.
        name: What messages call the file.
        first: Place of the table's first row in the file, from 0.

    Returns:
        Shape (rows, classes), each row summing to 1 within the tolerance.

    Raises:
        UserError: A value is missing or not from 0 to 1, or a row does not sum to 1.
    """
    values = [pc.cast(table.column(column), pa.float64()) for column in columns]
    found = np.column_stack([value.to_numpy() for value in values])
    strange = ~((found >= 0) & (found <= 1 + TOLERANCE))
    if strange.any():
        row, place = np.argwhere(strange)[0]
        raise UserError(
            f"{name!r}, row {first + row:,} from 0, column {columns[place]!r}: "
            f"{values[place][int(row)].as_py()} is no probability; give each row "
            "numbers from 0 to 1, or leave it out"
        )
    sums = found.sum(axis=1)
    wrong = np.flatnonzero(np.abs(sums - 1) > TOLERANCE)
    if len(wrong):
        row = wrong[0]
        raise UserError(
            f"{name!r}, row {first + row:,} from 0: the columns {_list(columns)} sum "
            f"to {sums[row]:.6g} and not to 1; give the probabilities of all "
            "classes, of one model"
        )
    return found


def with_probabilities(
    table: pa.Table, columns: Sequence[str], found: Floats
) -> pa.Table:
    """Put other probabilities into the columns of the classes; leave the rest.

    Args:
        table: Holds the columns.
        columns: Of the classes.
        found: Shape (rows, classes).

    Returns:
        A table of the schema that ``corrected_schema`` gives.
    """
    for place, column in enumerate(columns):
        at = table.schema.get_field_index(column)
        field = pa.field(column, pa.float64(), nullable=False)
        table = table.set_column(at, field, pa.array(found[:, place]))
    return table


def corrected_schema(schema: pa.Schema, columns: Sequence[str]) -> pa.Schema:
    """Give the columns of the classes the type that corrected probabilities have."""
    empty = np.empty((0, len(columns)))
    return with_probabilities(schema.empty_table(), columns, empty).schema
