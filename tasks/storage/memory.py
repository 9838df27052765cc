"""What memory this process may still take, and where Arrow takes it from.

How much a run needs is estimated in algorithms.memory.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from schemas.errors import UserError

LIMIT = "EVENKEEL_MEMORY_LIMIT"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_UNITS = ("", "k", "m", "g", "t")


def use_frugal_pool() -> None:
    """Let Arrow allocate with jemalloc, unless the user has named another pool.

    Streaming 5 million rows then takes 40 MB less than with mimalloc, which gives
    freed memory back late. Wheels have it on Linux and macOS.
    """
    named = "ARROW_DEFAULT_MEMORY_POOL" in os.environ
    if not named and "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def obtainable(limit: str | None = None, system: Path = Path("/")) -> int | None:
    """Tell how much memory this process can have, what it has already included.

    Args:
        limit: Bytes, or a size such as 4GB, instead of what the machine says.
        system: Where proc and sys lie.

    Returns:
        Bytes: the least that the machine and its control groups leave; None where
        neither can be asked, as on macOS and Windows.

    Raises:
        UserError: The limit is no size.
    """
    if limit:
        return _bytes(limit)
    left = [
        *_machine(system / "proc" / "meminfo"),
        *_groups(system / "proc/self/cgroup", system / "sys/fs/cgroup"),
    ]
    resident = 1024 * _field(system / "proc/self/status", "VmRSS:")
    return min(left) + resident if left else None


def _bytes(size: str) -> int:
    found = _SIZE.fullmatch(size.strip())
    if not found:
        raise UserError(
            f"{LIMIT} is {size!r}, which is no size; write bytes or a size such as 4GB"
        )
    number, unit, binary = found.groups()
    step = 1024 if binary else 1000
    return int(float(number) * step ** _UNITS.index(unit.lower()))


def _machine(meminfo: Path) -> Iterator[int]:
    if available := _field(meminfo, "MemAvailable:"):
        yield 1024 * available


def _groups(membership: Path, root: Path) -> Iterator[int]:
    """Ask the memory group of this process and all above it, versions 1 and 2.

    Source: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
    """
    for line in _lines(membership):
        _, kinds, path = line.split(":", 2)
        if not kinds:
            yield from _group(root, path, "memory.max", "memory.current")
        elif "memory" in kinds.split(","):
            names = "memory.limit_in_bytes", "memory.usage_in_bytes"
            yield from _group(root / "memory", path, *names)


def _group(root: Path, path: str, most: str, used: str) -> Iterator[int]:
    folder = root / path.lstrip("/")
    while folder.is_relative_to(root):
        limit, usage = (_lines(folder / name) for name in (most, used))
        if limit and usage and limit[0].isdigit():
            yield int(limit[0]) - int(usage[0]) + _reclaimable(folder / "memory.stat")
        folder = folder.parent


def _reclaimable(statistics: Path) -> int:
    """Count pages of files, which are given up before anything is killed, not tmpfs."""
    cached = _field(statistics, "file ") or _field(statistics, "cache ")
    return cached - _field(statistics, "shmem ")


def _field(path: Path, name: str) -> int:
    """Read the number behind a name; 0 where there is none."""
    values = [line.split()[1] for line in _lines(path) if line.startswith(name)]
    return int(values[0]) if values else 0


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
