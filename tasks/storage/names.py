"""Which names count as files of a source. Where they are sought is location's."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from schemas.errors import UserError

SUFFIXES = (".parquet", ".parq", ".pq")
_MOST_DEEP = 2


def is_hidden(parts: Sequence[str]) -> bool:
    """Tell whether any part of a path begins with ``_`` or ``.``."""
    return any(part.startswith(("_", ".")) for part in parts)


def bounded(pattern: str) -> str:
    """Refuse a glob that would walk a tree again and again, through links for hours.

    Raises:
        UserError: It has ``**`` more than twice.
    """
    deep = PurePosixPath(pattern).parts.count("**")
    if deep > _MOST_DEEP:
        raise UserError(
            f"{pattern!r} has '**' {deep} times, at most {_MOST_DEEP} are taken. "
            "Name the folders in between; '**' reaches all that is below."
        )
    return pattern
