"""The files of a source by name, size and time; what is in them is footers' business.

Which files belong to a source is location's business.
"""

from pathlib import Path
from typing import NamedTuple

from tasks.storage.location import find_parquet
from tasks.storage.parquet import reading


class ListedFile(NamedTuple):
    """A file as a folder tells of it."""

    name: str
    """Relative to the source's root, with forward slashes."""
    bytes: int
    modified_ns: int
    """Nanoseconds since the epoch, by the clock of the machine that has the file."""


def list_files(source: str) -> tuple[ListedFile, ...]:
    """List the files of a source without opening any.

    Args:
        source: A file, a folder or a glob, as for location.find_parquet.

    Returns:
        The files sorted by name; of a link, what it leads to.

    Raises:
        UserError: Nothing is there, nothing matches, or a file vanished meanwhile.
        TransientError: The storage failed.
    """
    root, names = find_parquet(source)
    return tuple(_listed(Path(root.path), name) for name in names)


def _listed(root: Path, name: str) -> ListedFile:
    with reading(name):
        found = (root / name).stat()
    return ListedFile(name, found.st_size, found.st_mtime_ns)
