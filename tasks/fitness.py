"""Fitness: whether a source bears what is asked of it, beyond its target.

What the target must be is the contract's; whether memory suffices, guarding's.
"""

import shlex

import numpy as np
import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.survey import Survey
from tasks.algorithms.columns import source_schema
from tasks.algorithms.levels import level_features, nearly_unique
from tasks.algorithms.routing import row_hashes
from tasks.storage.parquet import read_batches

_LOOKED_AT = 10_000  # rows that tell names from categories


def check_key(config: BalanceConfig, survey: Survey) -> None:
    """Refuse a key that repeats: two rows would share a side, and counts break.

    Args:
        config: Names the key.
        survey: Where rows lie.

    Raises:
        UserError: The key holds nulls or repeats.
    """
    schema = source_schema(survey)
    name = ", ".join(map(repr, config.key))
    hashes = np.empty(survey.rows, np.uint64)
    for first, table in read_batches(survey.fragments, schema, config.key):
        for column in config.key:
            if table.column(column).null_count:
                raise UserError(
                    f"key column {column!r} holds nulls (near row {first:,}); a key "
                    "must name every row, so fill it or choose another"
                )
        found = row_hashes(table, first, config.key, config.seed)
        hashes[first : first + len(found)] = found
    hashes.sort()
    repeated = int((hashes[1:] == hashes[:-1]).sum())
    if repeated:
        raise UserError(
            f"key {name} repeats in {repeated:,} of {len(hashes):,} rows; a key must "
            "name one row, so add a column to it or remove the duplicates"
        )


def check_free(column: str, survey: Survey) -> None:
    """Refuse a name for the weights that the source has given to something else.

    Args:
        column: The name.
        survey: Columns.

    Raises:
        UserError: There is such a column.
    """
    if column in source_schema(survey).names:
        raise UserError(
            f"the source has a column {column!r} already, and the weights of the "
            "training rows need one of their own; name it with --weight-column NAME "
            "(strategy.weight_column)"
        )


def check_made(survey: Survey) -> None:
    """Refuse columns that synthetic rows cannot be given a value for.

    Args:
        survey: Columns, and where rows lie.

    Raises:
        UserError: A column has nearly as many levels as rows.
    """
    names = _name_columns(survey)
    if names:
        raise UserError(
            f"column {names[0]!r} has nearly as many levels as rows, so a vote "
            "among neighbours means nothing; leave it out of synthetic rows with "
            f"--ignore {shlex.join(names)}, or --key if it names a row"
        )


def _name_columns(survey: Survey) -> list[str]:
    schema = source_schema(survey)
    levels = level_features(schema, survey.columns)
    if not levels:
        return []
    batches = read_batches(survey.fragments, schema, levels, 0, _LOOKED_AT)
    return nearly_unique(pa.concat_tables(table for _, table in batches))
