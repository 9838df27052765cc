"""Patterns of column names, spelled out into the names that they match.

What a column of a role must be is known in columns.
"""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

import pyarrow as pa

from schemas.config import BalanceConfig
from tasks.algorithms.columns import absent

_UNREAD = ("key", "ignore")
_ROLES = (*_UNREAD, "categorical", "numeric")


def spelled_out(config: BalanceConfig, schema: pa.Schema) -> BalanceConfig:
    """Put names in the place of patterns such as ``*_id``.

    A column that is called just like a pattern is meant by it, and no other. A pattern
    leaves out the target, columns that are named in another role, and those that a
    pattern of key or ignore, in this order, has matched.

    Args:
        config: Names columns, or patterns with the wildcards of ``fnmatch``.
        schema: Of the source.

    Returns:
        A config that names columns only. Spelled out once more, it stays as it is.

    Raises:
        UserError: A pattern matches no column.
    """
    names = schema.names
    told: dict[str, Sequence[str]] = {role: getattr(config, role) for role in _ROLES}
    given = (name for names in told.values() for name in names)
    taken = {config.target, config.weight, *config.ordinal, *given}
    spelled = {}
    for role, asked in told.items():
        spelled[role] = _spell(asked, names, taken)
        if role in _UNREAD:
            taken.update(spelled[role])
    return config if spelled == told else config.model_copy(update=spelled)


def _spell(
    given: Sequence[str], names: Sequence[str], taken: Collection[str | None]
) -> tuple[str, ...]:
    """Keep the order in which columns are asked for: a key's hash depends on it."""
    found: dict[str, None] = {}
    for one in given:
        if one in names or not _is_pattern(one):
            found[one] = None
            continue
        matched = [name for name in names if fnmatchcase(name, one)]
        if not matched:
            raise absent(one, names)
        found |= dict.fromkeys(name for name in matched if name not in taken)
    return tuple(found)


def _is_pattern(text: str) -> bool:
    return any(character in text for character in "*?[")
