"""An object on its way: on the local disk until it is put. Where to is objects'."""

import hashlib
from tempfile import SpooledTemporaryFile
from typing import Self

from tasks.storage.buckets import reported
from tasks.storage.keeping import Putting

_IN_MEMORY = 4 << 20  # bytes of a file before it goes to the local disk


class StagedObject:
    """An object on the local disk, hashed while it is written."""

    def __init__(self, store: Putting, path: str) -> None:
        """Open a temporary file, which has no name."""
        self._bytes = 0
        self._store = store
        self._path = path
        self._digest = hashlib.sha256()
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed on exit

    def __enter__(self) -> Self:
        """Return the staged object."""
        return self

    def __exit__(self, *error: object) -> None:
        """Drop the temporary file."""
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._bytes

    @property
    def sha256(self) -> str:
        """Of the bytes so far, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        """Append bytes."""
        with reported(f"{self._store.root}/{self._path}"):
            self._file.write(data)
        self._digest.update(data)
        self._bytes += len(data)
        return len(data)

    def publish(self) -> bool:
        """Put the object; False when its name is taken.

        It may have been taken by this very object, if the answer to a first try was
        lost: the caller knows what it wrote, and compares.
        """
        return self._store.put(self._path, self._file)
