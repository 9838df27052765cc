"""Where files are kept: on disk or in an object store, by the same few calls.

What is done on disk is in posix, in object stores in objects; which file is a version,
in commits. The only thing asked of a store is put-if-absent with whole files: nothing
is renamed, and nothing but a signpost is ever replaced.
"""

from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import pyarrow as pa

from tasks.storage.addresses import address
from tasks.storage.grants import Credentials, credentials_for


class Stored(NamedTuple):
    """A file as its folder tells of it."""

    path: str
    """Relative to the store's root."""
    bytes: int
    modified_ns: int
    """Nanoseconds since the epoch, by the clock of the storage."""


class Staged(Protocol):
    """A file that is being written out of sight; nothing is left unless published."""

    @property
    def size(self) -> int:
        """Bytes so far."""

    @property
    def sha256(self) -> str:
        """Of the bytes so far, in hexadecimal."""

    def __enter__(self) -> Self:
        """Return the file."""

    def __exit__(self, *error: object) -> None:
        """Drop what was not published."""

    def write(self, data: bytes, /) -> int:
        """Append bytes."""

    def publish(self) -> bool:
        """Let the file appear whole; False when its name was taken."""


class Store(Protocol):
    """Files below a root. Paths are relative, of plain segments joined by slashes.

    Every call raises UserError if the person who runs it can mend the failure, and
    TransientError if it may pass.
    """

    root: str
    """Absolute path, or URI."""

    def stage(self, path: str) -> Staged:
        """Begin a file, in a folder that need not exist."""

    def read(self, path: str) -> bytes | None:
        """Read a small file; None if it is not there."""

    def size(self, path: str) -> int | None:
        """Tell the bytes of a file; None if it is not there."""

    def open(self, path: str) -> pa.NativeFile:
        """Open a file for reading, anywhere in it."""

    def files(self, folder: str) -> tuple[Stored, ...]:
        """List the files directly in a folder, by name; none if it is not there."""

    def below(self, folder: str) -> tuple[Stored, ...]:
        """List all files in a folder, however deep, by path."""

    def folders(self, folder: str) -> tuple[str, ...]:
        """Name the folders directly in a folder, sorted; none if it is not there."""

    def draft(self, path: str) -> AbstractContextManager[Path]:
        """Write a file of the local disk that appears at the path after the body.

        For what nobody else reads and a lost machine may take with it.
        """

    def fetch(self, path: str) -> Path:
        """Give a file of the local disk that holds the same; it is only to be read."""

    def room(self, folder: str) -> Path:
        """Give a folder of the local disk for files that have no name."""

    def replace(self, path: str, data: bytes) -> None:
        """Write a signpost, whole or not at all, over the one that is there."""

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all in it, if it is there."""

    def make(self, folder: str) -> None:
        """See that a folder can be written to."""

    def settle(self, folders: set[str]) -> None:
        """See that the names in folders, up to the root's own, outlast a power cut."""


def store_at(root: str) -> Store:
    """Give the store of a place.

    Args:
        root: Absolute path or URI, allowed already: as location.locate gives it.

    Returns:
        The store; in this process the same one for the same root and credentials.

    Raises:
        UserError: The packages of object stores are not installed, or the credentials
            granted for the place are unfit.
    """
    return _store(root, credentials_for(root))


@lru_cache(maxsize=64)
def _store(root: str, _own: Credentials | None) -> Store:
    if place := address(root):
        from tasks.storage.objects import (  # noqa: PLC0415 - an extra
            ObjectStore,
        )

        return ObjectStore(place)
    from tasks.storage.posix import PosixStore  # noqa: PLC0415 - beside the other

    return PosixStore(root)
