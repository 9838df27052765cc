"""A store in a bucket, by obstore: S3 and what speaks its language, GCS and Azure.

How a bucket is reached is in buckets. A file is put whole, in one request that fails
if its name is taken; obstore tries again what may pass, with backoff.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
from obstore.exceptions import AlreadyExistsError

from tasks.storage.addresses import Address, checked_key
from tasks.storage.buckets import bucket, patiently, reported
from tasks.storage.exclusive import checked
from tasks.storage.keeping import keeps
from tasks.storage.ranges import RemoteFile
from tasks.storage.staged_objects import StagedObject
from tasks.storage.stores import Stored

if TYPE_CHECKING:
    from obstore import ObjectMeta

_CHUNK = 8 << 20  # bytes of an object that are held while it is copied
_COPIES = 32  # kept on the local disk


class ObjectStore:
    """Objects below a prefix; see stores.Store for what each call does."""

    def __init__(self, place: Address) -> None:
        """Take a prefix, under which nothing need be."""
        self.root = place.uri
        self._prefix = place.key
        self._bucket = bucket(place)
        self._fetched: dict[str, IO[bytes]] = {}
        self._keeps = False

    def _key(self, path: str) -> str:
        return f"{self._prefix}/{path}".strip("/")

    def stage(self, path: str) -> StagedObject:
        """Begin an object on the local disk."""
        return StagedObject(self, checked(path))

    def put(self, path: str, data: IO[bytes]) -> bool:
        """Put an object whole; False when its name is taken."""

        def create() -> bool:
            data.seek(0)
            try:
                self._bucket.put(
                    self._key(path), data, mode="create", use_multipart=False
                )
            except AlreadyExistsError:
                return False
            return True

        return patiently(f"{self.root}/{path}", create)

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
        found = self._list(folder)["objects"]
        return tuple(sorted(map(self._stored, found)))

    def below(self, folder: str) -> tuple[Stored, ...]:
        """List all objects below a prefix, however deep, by path."""

        def gathered() -> list[Any]:
            batches = self._bucket.list(self._key(folder) or None)
            return [item for batch in batches for item in batch]

        found = patiently(f"{self.root}/{folder}", gathered)
        return tuple(sorted(map(self._stored, found)))

    def _stored(self, item: "ObjectMeta") -> Stored:
        start = len(self._prefix) + 1 if self._prefix else 0
        modified = int(item["last_modified"].timestamp() * 1e9)
        return Stored(item["path"][start:], item["size"], modified)

    def folders(self, folder: str) -> tuple[str, ...]:
        """Name the prefixes directly below a prefix."""
        found = self._list(folder)["common_prefixes"]
        return tuple(sorted(path.split("/")[-1] for path in found))

    def _list(self, folder: str) -> Any:  # noqa: ANN401 - obstore's description
        """List with patience: obstore gives up when a list breaks off half-way."""
        listed = partial(self._bucket.list_with_delimiter, self._key(folder))
        return patiently(f"{self.root}/{folder}", listed)

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

    @contextmanager
    def draft(self, path: str) -> Iterator[Path]:
        """Write on the local disk, then put the object, over one that is there."""
        with NamedTemporaryFile() as file, reported(f"{self.root}/{path}"):
            yield Path(file.name)
            self._bucket.put(self._key(checked(path)), Path(file.name))

    def fetch(self, path: str) -> Path:
        """Copy the object to the local disk, once, until it is removed here."""
        if path not in self._fetched:
            file = NamedTemporaryFile()  # noqa: SIM115 - goes when it is forgotten
            with reported(f"{self.root}/{path}"):
                for chunk in self._bucket.get(self._key(path)).stream(_CHUNK):
                    file.write(chunk)
                file.flush()
            self._fetched[path] = file
            for oldest in list(self._fetched)[:-_COPIES]:
                del self._fetched[oldest]
        return Path(self._fetched[path].name)

    def room(self, folder: str) -> Path:  # noqa: ARG002 - the store's signature
        """Give the folder for temporary files."""
        return Path(gettempdir())

    def replace(self, path: str, data: bytes) -> None:
        """Put an object over the one that is there."""
        with reported(f"{self.root}/{path}"):
            self._bucket.put(self._key(path), data, use_multipart=False)

    def remove(self, path: str) -> None:
        """Remove an object, and all whose keys go on from it with a slash."""
        key = self._key(checked(path))
        for copy in [name for name in self._fetched if name.startswith(f"{path}/")]:
            del self._fetched[copy]

        def act() -> None:
            for batch in self._bucket.list(key):  # obstore lists whole segments only
                self._delete([item["path"] for item in batch])
            self._delete([key])

        patiently(f"{self.root}/{path}", act)

    def _delete(self, keys: list[str]) -> None:
        """Delete objects; to S3 one that is not there is no failure, to Azure it is."""
        try:
            self._bucket.delete(keys)
        except FileNotFoundError:
            for key in keys:
                with suppress(FileNotFoundError):
                    self._bucket.delete(key)

    def make(self, folder: str) -> None:  # noqa: ARG002 - a store on disk makes it
        """See that the store keeps what is there; a prefix need not be made.

        Raises:
            UserError: It ignores put-if-absent, by which alone versions are safe.
        """
        if not self._keeps:
            keeps(self)
            self._keeps = True

    def settle(self, folders: set[str]) -> None:
        """Nothing is to be settled: an object that was put outlasts a power cut."""
