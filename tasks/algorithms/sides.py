"""Which side of the split a row is on: a number of its own, compared with one limit.

What limit makes the share that was asked for is found in splitting; how many rows of
each class are kept among those that are not held out, in cuts.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import BalanceConfig
from schemas.contest import TournamentConfig
from schemas.errors import UserError
from schemas.splits import Split, SplitKind
from tasks.algorithms.arrays import one_chunk
from tasks.algorithms.labels import encode, is_label_type
from tasks.algorithms.moments import in_order, is_moment
from tasks.algorithms.selection import EVERYTHING, Hashes, hash_keys

_UNLEARNT = {SplitKind.GROUP, SplitKind.COLUMN}


def deciding(target: str, key: Sequence[str], split: Split) -> list[str]:
    """Name the columns that say what becomes of a row, each once."""
    parting = [] if split.column is None else [split.column]
    return list(dict.fromkeys([target, *key, *parting]))


def unlearnt(split: Split) -> str | None:
    """Name the column that parts rows, if it says nothing that a model should learn.

    The time of a row stays a feature: of a model in use too, all that it is asked about
    is newer than all that it has learnt from.
    """
    return split.column if split.kind in _UNLEARNT else None


def played_by(config: BalanceConfig) -> TournamentConfig:
    """Give the rules of a tournament: what the split keeps together, its folds do too.

    Args:
        config: Tournament, and split.

    Returns:
        The tournament's own group, or else that of the split, if it is by group.
    """
    asked, split = config.tournament, config.split
    if asked.group is not None or split.kind is not SplitKind.GROUP:
        return asked
    return asked.model_copy(update={"group": split.column})


def check_type(field: pa.Field, kind: SplitKind) -> None:
    """Refuse a column whose type cannot part rows; names of groups are not its concern.

    Args:
        field: Of the column that the split looks at.
        kind: Of the split.

    Raises:
        UserError: Its values have no order in time, or are no labels.
    """
    if kind is SplitKind.TIME and not is_moment(field.type):
        raise UserError(
            f"time column {field.name!r} has type {field.type}, which has no order in "
            "time; write it as dates, timestamps or numbers"
        )
    if kind is SplitKind.COLUMN and not is_label_type(field.type):
        raise UserError(
            f"column {field.name!r} has type {field.type}, which cannot say which side "
            "a row is on; use text, numbers or booleans"
        )


def coordinates(table: pa.Table, hashes: Hashes, split: Split, seed: int) -> Hashes:
    """Give each row the number that decides on which side of the split it is.

    Args:
        table: Holds the column of the split, if it has one.
        hashes: Of the rows.
        split: What the side depends on.
        seed: The run's seed.

    Returns:
        uint64 of shape (rows,); rows are held out if it lies below a limit. Stratified:
        the hash of the row. By group: a hash that all its rows have, and that of the
        row where no group is named. By time: less for later rows, the most where no
        time is told. By column: 0 for rows to be held out.
    """
    if split.column is None:
        return hashes
    column = table.column(split.column)
    if split.kind is SplitKind.GROUP:
        return _of_groups(column, hashes, seed)
    if split.kind is SplitKind.TIME:
        return newest_first(column)
    held = encode(column, split.values) >= 0
    return np.where(held, np.uint64(0), np.uint64(EVERYTHING - 1))


def newest_first(times: pa.ChunkedArray) -> Hashes:
    """Number moments so that later ones have smaller numbers, and no time the most."""
    return ~in_order(times)


def kin(table: pa.Table, hashes: Hashes, split: Split, seed: int) -> Hashes:
    """Give rows that belong together one hash: those of a group, if there are groups.

    Args:
        table: As for coordinates.
        hashes: Of the rows.
        split: As for coordinates.
        seed: The run's seed.

    Returns:
        uint64 of shape (rows,): the hash of the group, or else of the row.
    """
    by_group = split.kind is SplitKind.GROUP
    return coordinates(table, hashes, split, seed) if by_group else hashes


def named(groups: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Take NaN for what it is in names of groups: none.

    >>> named(pa.array([1.0, float("nan"), None])).null_count
    2
    """
    if not pa.types.is_floating(groups.type):
        return groups
    return pc.if_else(pc.is_nan(groups), None, groups)


def _of_groups(column: pa.ChunkedArray, hashes: Hashes, seed: int) -> Hashes:
    """Hash each group once, however many rows it has."""
    groups = one_chunk(pc.cast(named(column), pa.large_string())).dictionary_encode()
    names = pa.table({"": groups.dictionary})
    hashed = np.append(hash_keys(names, ("",), seed), np.uint64(0))  # of no name
    found: Hashes = hashed[groups.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    return np.where(groups.is_null().to_numpy(zero_copy_only=False), hashes, found)
