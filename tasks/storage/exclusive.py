"""Files that appear whole or not at all, and never twice: put-if-absent on POSIX.

Which files there are is workspace's; which of them count is decided in commits.
"""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from schemas.errors import TransientError, UserError

_SEGMENT = re.compile(r"(?!\.\.?$)[A-Za-z0-9._=-]{1,200}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {
    errno.EACCES,
    errno.EEXIST,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
    errno.EOPNOTSUPP,
    errno.EPERM,
    errno.EROFS,
}


def checked(path: str) -> str:
    """Refuse a relative path that could lead anywhere else.

    Args:
        path: Segments of ``A-Za-z0-9._=-``, at most 200 bytes each, joined by slashes.

    Returns:
        The path.

    Raises:
        ValueError: Another character, an empty segment, ``.`` or ``..``.

    >>> checked("train/part-00000.parquet")
    'train/part-00000.parquet'
    """
    if all(map(is_plain, path.split("/"))):
        return path
    raise ValueError(f"not a plain relative path: {path!r}")


def is_plain(segment: str) -> bool:
    """Tell whether a name is a segment that ``checked`` lets pass."""
    return _SEGMENT.fullmatch(segment) is not None


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Tell a failure of the storage by who can act.

    Args:
        path: What is worked on.

    Raises:
        UserError: Full, read-only, not permitted, or a file where a folder should be.
        TransientError: Any other OSError.
    """
    try:
        yield
    except OSError as error:
        told = f"Cannot use {str(path)!r}: {error.strerror or error}."
        if error.errno in _FULL:
            raise UserError(f"{told} Make room or choose another output.") from error
        if error.errno in _REFUSED:
            raise UserError(f"{told} Choose an output you may write to.") from error
        raise TransientError(told) from error


def make_folder(path: Path) -> None:
    """Make a folder and its parents, each fsynced into the one above.

    Raises:
        UserError: The place is full or cannot be written to.
        TransientError: The storage failed.
    """
    with reported(path):
        missing = [place for place in (path, *path.parents) if not place.exists()]
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            sync_folder(folder.parent)


def sync_folder(path: Path) -> None:
    """Fsync a folder: until then, names in it may be lost with the power.

    Raises:
        UserError: The folder cannot be opened.
        TransientError: The storage failed.
    """
    with reported(path):
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Staged:
    """A file under a temporary name, hashed while it is written.

    Use it as a context manager: unless ``publish`` was called, nothing is left.
    """

    def __init__(self, path: Path) -> None:
        """Open the temporary file, in the folder of the path, which is made.

        Args:
            path: Where the file will appear.

        Raises:
            UserError: The place is full or cannot be written to.
            TransientError: The storage failed.
        """
        self.path = path
        self.size = 0
        self._digest = hashlib.sha256()
        self._temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
        make_folder(path.parent)
        with reported(path):
            self._file = self._temporary.open("xb")

    def __enter__(self) -> Self:
        """Return the staged file."""
        return self

    def __exit__(self, *error: object) -> None:
        """Remove the temporary name."""
        with suppress(OSError):  # closing flushes, and a full disk was told already
            self._file.close()
        with suppress(OSError):  # an unlisted temporary file does no harm
            self._temporary.unlink()

    @property
    def sha256(self) -> str:
        """Of the bytes so far, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        """Append bytes.

        Raises:
            UserError: The disk is full.
            TransientError: The storage failed.
        """
        with reported(self.path):
            self._file.write(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def publish(self) -> bool:
        """Fsync the file and let it appear under its name; never replaces anything.

        Returns:
            Whether it appeared; False when the name was taken.

        Raises:
            UserError: The disk is full.
            TransientError: The storage failed; the file may have appeared or not.
        """
        with reported(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
            try:
                os.link(self._temporary, self.path)
            except FileExistsError:
                return False
        return True
