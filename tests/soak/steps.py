"""Each change a process makes on the disk, told before it and after it.

What is done about it, such as dying, is for the caller to say. Only files below one
folder count, and a file that was opened for writing past these functions ends the
process, so that no change can be left out.
"""

import io
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

UNSEEN = 97
"""How a process ends that writes a file in a way not watched."""
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Step(NamedTuple):
    """A change on the disk."""

    kind: str
    """create, write, fsync, sync folder, mkdir, link, rename, unlink or rmdir."""
    path: str
    to: str = ""
    """The new name, of links and renames."""
    data: bytes = b""
    """What is appended by a write."""


Tick = Callable[[Step], None]


def nothing(_: Step) -> None:
    """Do nothing about a step."""


class _Watch:
    """Stands between Python's functions and the callers of them."""

    def __init__(self, folder: Path, before: Tick, after: Tick) -> None:
        self.folder = f"{folder.resolve()}/"
        self.before = before
        self.after = after
        self.lock = RLock()  # steps of several threads are told in the order they are

    def take(self, step: Step, act: Callable[[], Any]) -> Any:  # noqa: ANN401 - the function's own
        if not f"{step.path}/".startswith(self.folder):
            return act()
        self.before(step)
        with self.lock:
            result = act()
            self.after(step)
        return result


class _File(io.FileIO):
    """A file whose every write(2) is a step."""

    def __init__(self, watch: _Watch, path: str, mode: str) -> None:
        self._watch = watch
        super().__init__(path, mode)

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - whatever is a buffer
        step = Step("write", os.fspath(self.name), data=bytes(data))
        return int(self._watch.take(step, partial(super().write, data)))


def watch_steps(folder: Path, before: Tick = nothing, after: Tick = nothing) -> None:
    """Tell every change below a folder, from now on and in every thread.

    Args:
        folder: Below it changes count.
        before: Called before each.
        after: Called after each that went well.
    """
    watch = _Watch(folder, before, after)
    expected: set[str] = set()
    _watch_names(watch)
    _watch_syncs(watch)
    _watch_files(watch, expected)
    sys.addaudithook(partial(_refuse_unseen, watch.folder, expected))
    setattr(shutil, "_use_fd_functions", False)  # noqa: B010 - then rmtree names whole paths


def _watch_names(watch: _Watch) -> None:
    kinds = {"mkdir": "mkdir", "rmdir": "rmdir", "unlink": "unlink", "remove": "unlink"}
    for name, kind in kinds.items():

        def one(path: Any, *args: Any, _do: Any, _kind: str, **named: Any) -> None:  # noqa: ANN401 - as os has it
            act = partial(_do, path, *args, **named)
            watch.take(Step(_kind, os.fspath(path)), act)

        setattr(os, name, partial(one, _do=getattr(os, name), _kind=kind))
    for name, kind in {"link": "link", "rename": "rename", "replace": "rename"}.items():

        def two(path: Any, to: Any, *, _do: Any, _kind: str, **named: Any) -> None:  # noqa: ANN401 - as os has it
            act = partial(_do, path, to, **named)
            watch.take(Step(_kind, os.fspath(path), os.fspath(to)), act)

        setattr(os, name, partial(two, _do=getattr(os, name), _kind=kind))


def _watch_syncs(watch: _Watch) -> None:
    def watched(handle: int, _do: Callable[[int], None] = os.fsync) -> None:
        path = os.readlink(f"/proc/self/fd/{handle}")  # noqa: PTH115 - text is wanted
        kind = "sync folder" if Path(path).is_dir() else "fsync"
        watch.take(Step(kind, path), partial(_do, handle))

    os.fsync = watched  # type: ignore[assignment] # called with numbers alone


def _watch_files(watch: _Watch, expected: set[str]) -> None:
    plain = io.open

    def opened(file: Any, mode: str = "r", *args: Any, **named: Any) -> Any:  # noqa: ANN401 - as io has it
        path = str(file)
        if mode not in {"xb", "wb"} or not path.startswith(watch.folder):
            return plain(file, mode, *args, **named)
        expected.add(path)
        create = partial(_File, watch, path, mode)
        return io.BufferedWriter(watch.take(Step("create", path), create))

    io.open = opened


def _refuse_unseen(
    folder: str, expected: set[str], event: str, args: tuple[Any, ...]
) -> None:
    if event == "open" and isinstance(args[2], int) and args[2] & _TO_WRITE:
        path = str(args[0])
        if path.startswith(folder) and path not in expected:
            os._exit(UNSEEN)
