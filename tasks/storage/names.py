"""Which names count as files of a source. Where they are sought is location's."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from schemas.errors import UserError

SUFFIXES = (".parquet", ".parq", ".pq")
_MOST_DEEP = 2


def is_hidden(parts: Sequence[str]) -> bool:
    """Tell whether any part of a path begins with ``_`` or ``.``."""
    return any(part.startswith(("_", ".")) for part in parts)


def has_suffix(name: str) -> bool:
    """Tell whether a name ends as names of Parquet files do."""
    return name.lower().endswith(SUFFIXES)


def bounded(pattern: str) -> tuple[str, ...]:
    """Take a glob apart, unless it would walk a tree again and again.

    Returns:
        Its segments.

    Raises:
        UserError: It has ``**`` more than twice.
    """
    parts = PurePosixPath(pattern).parts
    deep = parts.count("**")
    if deep > _MOST_DEEP:
        raise UserError(
            f"{pattern!r} has '**' {deep} times, at most {_MOST_DEEP} are taken. "
            "Name the folders in between; '**' reaches all that is below."
        )
    return parts


def matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Tell whether a path is named by a glob.

    Args:
        parts: Of a path below the root of the glob.
        pattern: Segments; ``**`` is any number of folders, none too.
    """
    if not pattern:
        return not parts
    wanted, rest = pattern[0], pattern[1:]
    if wanted == "**":
        return matches(parts, rest) or (bool(parts) and matches(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], wanted) and matches(parts[1:], rest)


def is_taken(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Tell whether a file belongs to a source.

    Args:
        parts: Of its path below the root of the source.
        pattern: A glob of files, or of folders that are read recursively; empty: the
            whole root is.
    """
    if is_hidden(parts):
        return False
    if pattern and matches(parts, pattern):
        return True
    below = any(matches(parts[:end], pattern) for end in range(len(parts)))
    return below and has_suffix(parts[-1])
