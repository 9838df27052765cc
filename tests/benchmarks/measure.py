"""Runs a whole process and says what it cost. Which processes is for cases to say."""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
_PEAK_UNIT = 1024  # of ru_maxrss on Linux, https://man7.org/linux/man-pages/man2/getrusage.2.html


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


def measure(command: Sequence[str]) -> tuple[Cost, str]:
    """Run a command to its end, at the root of the project.

    Args:
        command: Program and arguments.

    Returns:
        What it cost, and what it wrote to stdout.

    Raises:
        subprocess.CalledProcessError: It failed; stderr was shown.
    """
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, cwd=ROOT)  # noqa: S603 - our own words
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        out.seek(0)
        said = out.read()
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, usage.ru_maxrss * _PEAK_UNIT), said


def middle(costs: Sequence[Cost]) -> Cost:
    """Take the median of each figure by itself.

    >>> middle([Cost(1, 5, 9), Cost(2, 4, 8), Cost(9, 6, 7)])
    Cost(wall=2, cpu=5, peak=8)
    """
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        median(cost.peak for cost in costs),
    )
