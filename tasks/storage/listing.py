"""The files of a source by name, size and time; what is in them is footers' business.

Which files belong to a source is location's business.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.errors import UserError
from tasks.storage.addresses import address
from tasks.storage.location import find_parquet
from tasks.storage.stores import Stored, store_at


class ListedFile(NamedTuple):
    """A file as a folder tells of it."""

    name: str
    """Relative to the source's root, with forward slashes."""
    bytes: int
    modified_ns: int
    """Nanoseconds since the epoch, by the clock of the storage."""


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
    found: dict[str, ListedFile] = {}
    for item in _listed(root.path, names):
        found.setdefault(item.path, ListedFile(*item))
    if gone := sorted(set(names) - set(found)):
        raise UserError(
            f"{gone[0]!r} cannot be read: it is gone, or a link to nothing. Remove the "
            "link, or wait until the source is complete."
        )
    return tuple(found[name] for name in names)


def _listed(root: str, names: Sequence[str]) -> Iterator[Stored]:
    """List what the files are among: a request is for a thousand of them, or one."""
    if place := address(root):
        from tasks.storage.objects import ObjectStore  # noqa: PLC0415 - an extra

        store = ObjectStore(place)
        if len(names) > 1:
            yield from store.walk()
        elif found := store.told(names[0]):
            yield found
        return
    for folder in {name.rpartition("/")[0] for name in names}:
        yield from store_at(root).files(folder)
