"""Small files that say what a look at a source found, so that none is told twice.

What they hold is watching's business. They are no part of any version.
"""

from contextlib import suppress
from pathlib import Path

from tasks.storage.exclusive import Staged, checked, reported

_FOLDER = "_watch"
_KEPT = 20


def marker_path(root: str, key: str) -> Path:
    """Give the place of a marker.

    Args:
        root: OUTPUT/NAME as a path; it need not exist.
        key: Names the marker: letters and digits.
    """
    return Path(root) / _FOLDER / f"{checked(key)}.json"


def read_marker(path: Path) -> bytes | None:
    """Read a marker.

    Args:
        path: As from marker_path.

    Returns:
        What was written, or None if there is no such marker.

    Raises:
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    with reported(path):
        return path.read_bytes() if path.exists() else None


def write_marker(path: Path, content: bytes) -> None:
    """Write a marker, whole or not at all, and forget all but the newest few.

    Args:
        path: As from marker_path; a marker that is there already stays as it is.
        content: Anything small.

    Raises:
        UserError: The place is full or cannot be written to.
        TransientError: The storage failed.
    """
    with Staged(path) as staged:
        staged.write(content)
        staged.publish()
    _forget(path.parent)


def drop_marker(path: Path) -> None:
    """Remove a marker, if it is there.

    Args:
        path: As from marker_path.

    Raises:
        UserError: The place cannot be written to.
        TransientError: The storage failed.
    """
    with reported(path):
        path.unlink(missing_ok=True)


def _forget(folder: Path) -> None:
    """Keep the newest markers; another watch may be forgetting the same ones."""
    aged: list[tuple[int, Path]] = []
    for path in folder.glob("*.json"):
        with suppress(OSError):
            aged.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(aged, reverse=True)[_KEPT:]:
        with suppress(OSError):
            path.unlink()
