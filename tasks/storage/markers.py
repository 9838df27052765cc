"""Small files that say what a look at a source found, so that none is told twice.

What they hold is watching's business. They are no part of any version.
"""

from contextlib import suppress
from typing import NamedTuple

from schemas.errors import EvenkeelError
from tasks.storage.exclusive import checked
from tasks.storage.stores import store_at

_FOLDER = "_watch"
_KEPT = 20


class Marker(NamedTuple):
    """The place of a marker."""

    root: str
    """OUTPUT/NAME as a path or URI."""
    path: str


def marker_path(root: str, key: str) -> Marker:
    """Give the place of a marker.

    Args:
        root: OUTPUT/NAME as a path or URI; it need not exist.
        key: Names the marker: letters and digits.
    """
    return Marker(root, f"{_FOLDER}/{checked(key)}.json")


def read_marker(marker: Marker) -> bytes | None:
    """Read a marker.

    Args:
        marker: As from marker_path.

    Returns:
        What was written, or None if there is no such marker.

    Raises:
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    return store_at(marker.root).read(marker.path)


def write_marker(marker: Marker, content: bytes) -> None:
    """Write a marker, whole or not at all, and forget all but the newest few.

    Args:
        marker: As from marker_path; one that is there already stays as it is.
        content: Anything small.

    Raises:
        UserError: The place is full or cannot be written to.
        TransientError: The storage failed.
    """
    with store_at(marker.root).stage(marker.path) as staged:
        staged.write(content)
        staged.publish()
    _forget(marker.root)


def drop_marker(marker: Marker) -> None:
    """Remove a marker, if it is there.

    Args:
        marker: As from marker_path.

    Raises:
        UserError: The place cannot be written to.
        TransientError: The storage failed.
    """
    store_at(marker.root).remove(marker.path)


def _forget(root: str) -> None:
    """Keep the newest markers; another watch may be forgetting the same ones."""
    store = store_at(root)
    aged = [(item.modified_ns, item.path) for item in store.files(_FOLDER)]
    for _, path in sorted(aged, reverse=True)[_KEPT:]:
        with suppress(EvenkeelError):
            store.remove(path)
