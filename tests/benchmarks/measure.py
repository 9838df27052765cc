"""Runs a whole process and says what it cost. Which processes is for cases to say."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread

ROOT = Path(__file__).parents[2]
_PEAK_UNIT = 1024  # of ru_maxrss on Linux, https://man7.org/linux/man-pages/man2/getrusage.2.html
_EVERY = 0.1  # seconds
_SESSION, _RESIDENT = (
    3,
    21,
)  # fields behind the name, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html


@dataclass(frozen=True)
class Cost:
    """What a process cost, its children included."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of all cores together: the fairer one on a busy machine."""
    peak: float
    """Bytes resident at most, in the largest process.

    A child starts with its parent's mark, so the one that measures must stay small.
    """
    total: float
    """Bytes resident at most in all processes together, looked at now and then."""


def measure(
    module: Sequence[str], environment: Mapping[str, str] | None = None
) -> tuple[Cost, str]:
    """Run a Python module to its end, at the root of the project.

    Args:
        module: Its name and arguments.
        environment: Variables over those of this process.

    Returns:
        What it cost, and what it wrote to stdout.

    Raises:
        subprocess.CalledProcessError: It failed; stderr was shown.
    """
    command = [sys.executable, "-m", *module]
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own words
            command,
            stdout=out,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        watch = _Watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        total = watch.end()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        out.seek(0)
        said = out.read()
    peak = usage.ru_maxrss * _PEAK_UNIT
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, peak, max(peak, total)), said


class _Watch:
    """Adds up the processes of a session while it lasts."""

    def __init__(self, session: int) -> None:
        self._session = str(session)
        self._most = 0
        self._ended = Event()
        self._thread = Thread(target=self._look)
        self._thread.start()

    def end(self) -> int:
        self._ended.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._ended.wait(_EVERY):
            pages = 0
            for path in Path("/proc").glob("[0-9]*/stat"):
                with suppress(OSError):  # it has just ended
                    fields = path.read_text().rpartition(")")[2].split()
                    mine = fields[_SESSION] == self._session
                    pages += int(fields[_RESIDENT]) if mine else 0
            self._most = max(self._most, pages * os.sysconf("SC_PAGE_SIZE"))


def middle(costs: Sequence[Cost]) -> Cost:
    """Take the median of each figure by itself.

    >>> middle([Cost(1, 5, 9, 9), Cost(2, 4, 8, 8), Cost(9, 6, 7, 7)])
    Cost(wall=2, cpu=5, peak=8, total=8)
    """
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        median(cost.peak for cost in costs),
        median(cost.total for cost in costs),
    )
