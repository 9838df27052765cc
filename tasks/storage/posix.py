"""A store on disk. How a file appears whole, and never twice, is in exclusive."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa

from tasks.storage.exclusive import (
    Staged,
    checked,
    make_folder,
    reported,
    sync_folder,
)
from tasks.storage.stores import Stored


class PosixStore:
    """Files below a folder of this machine; stores.Store says what each call does."""

    def __init__(self, root: str) -> None:
        """Take a folder, which need not exist."""
        self.root = root
        self._folder = Path(root)

    def stage(self, path: str) -> Staged:
        """Begin a file under a temporary name beside its own."""
        return Staged(self._folder / checked(path))

    def read(self, path: str) -> bytes | None:
        """Read a small file; None if it is not there."""
        place = self._folder / checked(path)
        with reported(place):
            try:
                return place.read_bytes()
            except FileNotFoundError:
                return None

    def size(self, path: str) -> int | None:
        """Tell the bytes of a file; None if it is not there."""
        place = self._folder / checked(path)
        with reported(place):
            try:
                told = place.stat()
            except FileNotFoundError:
                return None
        return told.st_size if stat.S_ISREG(told.st_mode) else None

    def open(self, path: str) -> pa.NativeFile:
        """Open a file for reading."""
        return pa.OSFile(str(self._folder / path))

    def files(self, folder: str) -> tuple[Stored, ...]:
        """List the files directly in a folder, by name; none if it is not there."""
        found = []
        for entry in self._entries(folder):
            with suppress(FileNotFoundError):  # another run has just removed it
                if entry.is_file():
                    told = entry.stat()
                    path = f"{folder}/{entry.name}".lstrip("/")
                    found.append(Stored(path, told.st_size, told.st_mtime_ns))
        return tuple(found)

    def below(self, folder: str) -> tuple[Stored, ...]:
        """List all files in a folder, however deep, by path."""
        deeper = (f"{folder}/{name}".lstrip("/") for name in self.folders(folder))
        found = [item for inner in deeper for item in self.below(inner)]
        return tuple(sorted([*self.files(folder), *found]))

    def folders(self, folder: str) -> tuple[str, ...]:
        """Name the folders directly in a folder; none if it is not there."""
        return tuple(item.name for item in self._entries(folder) if item.is_dir())

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        place = self._folder / folder
        with reported(place):
            try:
                with os.scandir(place) as entries:
                    return sorted(entries, key=lambda entry: entry.name)
            except FileNotFoundError:
                return []

    @contextmanager
    def draft(self, path: str) -> Iterator[Path]:
        """Write beside, then take the name over; nothing is fsynced."""
        place = self._folder / checked(path)
        temporary = place.with_name(f".{place.name}.{secrets.token_hex(6)}.tmp")
        make_folder(place.parent)
        with reported(place):
            try:
                yield temporary
                temporary.replace(place)
            finally:
                with suppress(OSError):  # what went wrong first is to be told
                    temporary.unlink()

    def fetch(self, path: str) -> Path:
        """Give the file itself."""
        return self._folder / checked(path)

    def room(self, folder: str) -> Path:
        """Give the folder itself."""
        make_folder(self._folder / folder)
        return self._folder / folder

    def replace(self, path: str, data: bytes) -> None:
        """Write beside, then take the name over."""
        with self.draft(path) as temporary:
            temporary.write_bytes(data)

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all in it, if it is there."""
        place = self._folder / checked(path)
        with reported(place):
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            else:
                place.unlink(missing_ok=True)

    def make(self, folder: str) -> None:
        """Make a folder and those above it."""
        make_folder(self._folder / folder)

    def settle(self, folders: set[str]) -> None:
        """Fsync the folders, those between them and the root, and the one above it."""
        below = {Path(folder) for folder in folders}
        names = below.union(*(folder.parents for folder in below))
        for place in {self._folder.parent, *(self._folder / name for name in names)}:
            sync_folder(place)
