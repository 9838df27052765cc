"""Watches what this process opens: by Python's audit events, and by the kernel's.

Python tells of its own opens only; Arrow opens files by itself, and that only the
kernel sees: in the folders that it was asked to watch.
"""

import ctypes
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_READ = {"open", "os.listdir", "os.scandir", "os.chdir", "glob.glob"}
_WRITTEN = {
    *("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink"),
    *("os.truncate", "os.chmod", "os.chown", "os.utime", "shutil.rmtree"),
}
_FORBIDDEN = {"os.system", "subprocess.Popen", "os.exec", "os.posix_spawn"}
_PATHS = {"os.rename": 2, "os.link": 2, "os.symlink": 2}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_LIBRARIES = ("/proc", "/sys", "/dev/null", "/dev/urandom", "/usr", "/lib")
_ANY_EVENT = 0xFFF  # IN_ALL_EVENTS of inotify(7)


class Opens:
    """What was opened outside of some folders since it was last asked."""

    def __init__(self, allowed: Sequence[Path], watched: Path) -> None:
        """Begin to watch; there is no end to it.

        Args:
            allowed: Folders where anything may happen.
            watched: A folder where nothing may, not even by code that is not Python.
        """
        project = Path(__file__).parents[2]
        self._allowed = tuple(os.path.realpath(folder) for folder in allowed)
        self._readable = tuple(
            os.path.realpath(place)
            for place in (sys.prefix, sys.base_prefix, project, *_LIBRARIES)
        )
        self._found: list[str] = []
        self._kernel = _watch(watched)
        sys.addaudithook(self._heard)

    def found(self) -> list[str]:
        """Tell what was opened, and forget it."""
        with suppress(BlockingIOError):
            self._found.append(f"kernel: {os.read(self._kernel, 4096)!r}")
        told, self._found = self._found, []
        return told

    def _heard(self, event: str, given: tuple[object, ...]) -> None:
        if event in _FORBIDDEN:
            self._found.append(f"{event} {given!r:.200}")
        elif event in _READ or event in _WRITTEN:
            flags = given[2] if event == "open" else 0
            writes = event in _WRITTEN or bool(
                isinstance(flags, int) and flags & _WRITING
            )
            for path in given[: _PATHS.get(event, 1)]:
                self._judge(event, path, writes=writes)

    def _judge(self, event: str, path: object, *, writes: bool) -> None:
        if not isinstance(path, str | bytes):
            return  # a descriptor: what it is of was opened before
        # A name that is made or removed is not followed if it is a link, its folder is.
        text = os.fsdecode(path)
        if event in _WRITTEN:
            real = os.path.join(os.path.realpath(os.path.dirname(text)), "x")  # noqa: PTH118, PTH120 - pathlib would open
        else:
            real = os.path.realpath(text)
        folders = self._allowed if writes else (*self._allowed, *self._readable)
        if not any(f"{real}/".startswith(f"{folder}/") for folder in folders):
            self._found.append(f"{event} {real:.200}")


def _watch(folder: Path) -> int:
    """Ask the kernel to tell of whatever happens in a tree."""
    library = ctypes.CDLL(None, use_errno=True)
    handle = int(library.inotify_init1(os.O_NONBLOCK))
    for place in (folder, *folder.rglob("*")):
        if library.inotify_add_watch(handle, os.fsencode(place), _ANY_EVENT) < 0:
            raise OSError(ctypes.get_errno(), "cannot be watched", str(place))
    return handle
