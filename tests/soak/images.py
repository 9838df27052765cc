"""What a disk may hold after a power cut, by what POSIX promises. Nothing is run here.

The model: a write is on the disk once its file was fsynced, a name once its folder
was. Until then each change is there or not, whatever came before or after it; a write
that is missing before one that is there reads as zeros. A rename is one change.
Compare Pillai et al. (2014), https://www.usenix.org/conference/osdi14/technical-sessions/presentation/pillai
"""

import hashlib
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import NamedTuple

from tasks.storage.commits import SCRATCH
from tests.soak.steps import Step


class Naming(NamedTuple):
    """A change of names: some come, some go, at once."""

    folders: frozenset[str]
    """Whose fsync makes it last."""
    come: tuple[tuple[str, int], ...]
    """Path and inode; 0 for a folder."""
    go: tuple[str, ...]


@dataclass
class Disk:
    """What was done up to now, and how much of it lasts."""

    root: str
    """The folder that was there before, and stays."""
    names: dict[str, int] = field(default_factory=dict)
    """As the process sees it."""
    lasting: dict[str, int] = field(default_factory=dict)
    """As it is after any power cut."""
    naming: list[Naming] = field(default_factory=list)
    """Changes of names which may be lost, in order."""
    writes: dict[int, list[bytes]] = field(default_factory=dict)
    """By inode."""
    synced: dict[int, int] = field(default_factory=dict)
    """How many of an inode's writes last."""
    _contents: dict[tuple[int, tuple[bool, ...]], bytes] = field(default_factory=dict)
    """By inode and which of its writes are there: put together once."""

    def take(self, step: Step) -> None:
        """Follow a step; scratch, some of it Arrow's own writing, is in no version."""
        if f"/{SCRATCH}/" in step.path:
            return
        match step.kind:
            case "write":
                self.writes[self.names[step.path]].append(step.data)
            case "fsync":
                inode = self.names[step.path]
                self.synced[inode] = len(self.writes[inode])
            case "sync folder":
                self._sync_folder(step.path)
            case "unlink" | "rmdir":
                self._name(gone=step.path)
            case _:
                self._make(step)

    def _make(self, step: Step) -> None:
        """Follow a step by which a name comes."""
        if step.kind == "mkdir":
            self._name((step.path, 0))
        elif step.kind == "create":
            inode = len(self.writes) + 1
            self.writes[inode], self.synced[inode] = [], 0
            self._name((step.path, inode))
        else:
            gone = step.path if step.kind == "rename" else ""
            self._name((step.to, self.names[step.path]), gone)

    def _name(self, come: tuple[str, int] | None = None, gone: str = "") -> None:
        paths = [*filter(None, [come and come[0], gone])]
        folders = frozenset(path.rpartition("/")[0] for path in paths)
        change = Naming(folders, (come,) if come else (), (gone,) if gone else ())
        _apply(change, self.names)
        self.naming.append(change)

    def _sync_folder(self, path: str) -> None:
        for change in self.naming:
            if path in change.folders:
                _apply(change, self.lasting)
        self.naming = [item for item in self.naming if path not in item.folders]

    def pending(self) -> list[tuple[int, int]]:
        """List what may be lost: (0, n) is a change of names, (inode, n) a write."""
        names = [(0, place) for place in range(len(self.naming))]
        writes = [
            (inode, place)
            for inode, written in self.writes.items()
            for place in range(self.synced[inode], len(written))
        ]
        return names + writes

    def image(self, kept: set[tuple[int, int]]) -> dict[str, bytes]:
        """Give the files there are if, of what may be lost, only these are kept."""
        names = dict(self.lasting)
        for place, change in enumerate(self.naming):
            if (0, place) in kept:
                _apply(change, names)
        folders = {self.root}
        for path in sorted(path for path, inode in names.items() if not inode):
            if path.rpartition("/")[0] in folders:  # those above come first
                folders.add(path)
        return {
            path: self._content(inode, kept)
            for path, inode in names.items()
            if inode and path.rpartition("/")[0] in folders
        }

    def _content(self, inode: int, kept: set[tuple[int, int]]) -> bytes:
        written, synced = self.writes[inode], self.synced[inode]
        there = tuple(n < synced or (inode, n) in kept for n in range(len(written)))
        if (inode, there) not in self._contents:
            last = max(
                (n + 1 for n, is_there in enumerate(there) if is_there), default=0
            )
            parts = [
                data if is_there else bytes(len(data))
                for data, is_there in zip(written[:last], there, strict=False)
            ]
            self._contents[inode, there] = b"".join(parts)
        return self._contents[inode, there]


def _apply(change: Naming, names: dict[str, int]) -> None:
    for path in change.go:
        names.pop(path, None)
    names.update(change.come)


def subsets(
    items: Sequence[tuple[int, int]], most: int, draws: random.Random
) -> Iterator[set[tuple[int, int]]]:
    """Choose which changes are kept: all ways if they are few, else some of them.

    Args:
        items: What may be lost.
        most: Ways; beyond, those with one kept, with one lost, with a prefix, and as
            many drawn.
        draws: By which they are drawn.
    """
    if 2 ** len(items) <= most:
        for flags in product((False, True), repeat=len(items)):
            yield {item for item, flag in zip(items, flags, strict=True) if flag}
        return
    for place, item in enumerate(items):
        yield {item}
        yield {*items} - {item}
        yield {*items[: place + 1]}
    for _ in range(most):
        share = draws.random()
        yield {item for item in items if draws.random() < share}


def lay_out(image: dict[str, bytes], blobs: Path, moved: tuple[str, Path]) -> None:
    """Write an image to the disk, its contents linked from a folder of all contents.

    Args:
        image: Files by path.
        blobs: The folder of all contents.
        moved: The folder that was watched, and the one that stands for it.
    """
    was, now = moved
    for path, data in image.items():
        blob = blobs / hashlib.sha256(data).hexdigest()
        if not blob.exists():
            blob.write_bytes(data)
        place = now / os.path.relpath(path, was)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(blob, place)
