"""A store in a bucket, by obstore: S3 and what speaks its language, GCS and Azure.

How a bucket is reached is in buckets. A file is put whole, in one request that fails
if its name is taken; obstore tries again what may pass, with backoff.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa
from obstore.exceptions import AlreadyExistsError

from tasks.storage.addresses import Address, checked_key
from tasks.storage.buckets import bucket, reported
from tasks.storage.exclusive import checked
from tasks.storage.ranges import RemoteFile
from tasks.storage.stores import Stored

if TYPE_CHECKING:
    from obstore import ObjectMeta

_IN_MEMORY = 4 << 20  # bytes of a file before it goes to the local disk


class ObjectStore:
    """Objects below a prefix; see stores.Store for what each call does."""

    def __init__(self, place: Address) -> None:
        """Take a prefix, under which nothing need be."""
        self.root = place.uri
        self._prefix = place.key
        self._bucket = bucket(place)

    def _key(self, path: str) -> str:
        return f"{self._prefix}/{path}".strip("/")

    def stage(self, path: str) -> "StagedObject":
        """Begin an object on the local disk."""
        return StagedObject(self, checked(path))

    def put(self, path: str, data: object) -> bool:
        """Put an object whole; False when its name is taken."""
        with reported(f"{self.root}/{path}"):
            try:
                self._bucket.put(
                    self._key(path), data, mode="create", use_multipart=False
                )
            except AlreadyExistsError:
                return False
        return True

    def read(self, path: str) -> bytes | None:
        """Read a small object; None if it is not there."""
        with reported(f"{self.root}/{path}"):
            try:
                return bytes(self._bucket.get(self._key(path)).bytes())
            except FileNotFoundError:
                return None

    def size(self, path: str) -> int | None:
        """Tell the bytes of an object; None if it is not there."""
        with reported(f"{self.root}/{path}"):
            try:
                return int(self._bucket.head(self._key(path))["size"])
            except FileNotFoundError:
                return None

    def open(self, path: str) -> pa.NativeFile:
        """Open an object for reading by ranges."""
        uri = f"{self.root}/{path}"
        found = None
        with reported(uri), suppress(FileNotFoundError):
            found = self._bucket.head(checked_key(self._key(path), path))
        if found is None:
            raise FileNotFoundError(f"{uri} is not there")
        return pa.PythonFile(RemoteFile(self._bucket, uri, found), mode="r")

    def files(self, folder: str) -> tuple[Stored, ...]:
        """List the objects directly below a prefix, by name."""
        with reported(f"{self.root}/{folder}"):
            found = self._bucket.list_with_delimiter(self._key(folder))["objects"]
        return tuple(sorted(map(self._stored, found)))

    def _stored(self, item: "ObjectMeta") -> Stored:
        start = len(self._prefix) + 1 if self._prefix else 0
        modified = int(item["last_modified"].timestamp() * 1e9)
        return Stored(item["path"][start:], item["size"], modified)

    def folders(self, folder: str) -> tuple[str, ...]:
        """Name the prefixes directly below a prefix."""
        with reported(f"{self.root}/{folder}"):
            found = self._bucket.list_with_delimiter(self._key(folder))
        return tuple(sorted(path.split("/")[-1] for path in found["common_prefixes"]))

    def names(self) -> list[str]:
        """Name what is directly below the prefix, objects and prefixes, sorted."""
        return sorted({*(item.path for item in self.files("")), *self.folders("")})

    def told(self, path: str) -> Stored | None:
        """Tell of an object what a listing does; None if it is not there."""
        with reported(f"{self.root}/{path}"):
            try:
                return self._stored(self._bucket.head(self._key(path)))
            except FileNotFoundError:
                return None

    def walk(self) -> Iterator[Stored]:
        """List all objects below the prefix, however deep."""
        with reported(self.root):
            for batch in self._bucket.list(self._prefix or None):
                yield from map(self._stored, batch)

    def replace(self, path: str, data: bytes) -> None:
        """Put an object over the one that is there."""
        with reported(f"{self.root}/{path}"):
            self._bucket.put(self._key(path), data, use_multipart=False)

    def remove(self, path: str) -> None:
        """Remove an object, and all whose keys go on from it with a slash."""
        key = self._key(checked(path))
        with reported(f"{self.root}/{path}"):
            for batch in self._bucket.list(key):  # obstore lists whole segments only
                self._bucket.delete([item["path"] for item in batch])
            self._bucket.delete(key)

    def make(self, folder: str) -> None:
        """Nothing is to be made: a prefix is part of a name."""

    def settle(self, folders: set[str]) -> None:
        """Nothing is to be settled: an object that was put outlasts a power cut."""


class StagedObject:
    """An object on the local disk, hashed while it is written."""

    def __init__(self, store: ObjectStore, path: str) -> None:
        """Open a temporary file, which has no name."""
        self._bytes = 0
        self._store = store
        self._path = path
        self._digest = hashlib.sha256()
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed on exit

    def __enter__(self) -> Self:
        """Return the staged object."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        self._file.seek(0)
        return self._store.put(self._path, self._file)
