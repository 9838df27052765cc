"""Disks that are full, over a quota or read-only from any step on. How: full_disk."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.soak.record import Record, Soak

_ROOT = Path(__file__).parents[2]
_NOT_PERMITTED = 77
_PATIENCE = 3_600  # seconds: hundreds of runs, perhaps on a busy machine
_TARGET = "clear error, former version readable, nothing left above the staging area"
_SCRIPT = """
mount -t tmpfs -o size=64m tmpfs "$2" || exit 77
exec "$1" -m tests.soak.full_disk "$2" "$3"
"""


def failing_disks(soak: Soak) -> Record:
    """Let the disk give out at each step of a run."""
    every = soak.size(1, 60)
    tally = tally_of(soak.folder / "full", every)
    if tally is None:
        why = "mounting a disk of our own is not permitted here"
        return Record("failing disks", _TARGET, "nothing", why, reached=None)
    counted = Counter(line["failure"] for line in tally)
    wrong = [line for line in tally if not is_right(line)]
    tried = ", ".join(f"{number} points {name}" for name, number in counted.items())
    told = sum(bool(line["said"]) for line in tally)
    found = (
        f"{told} runs ended in an error for the user, {len(tally) - told} had "
        f"published before; {len(wrong)} left something wrong"
    )
    soak.say(f"failing disks: {tried}: {found} {wrong[:3]}")
    return Record("failing disks", _TARGET, tried, found, reached=not wrong)


def is_right(line: dict[str, Any]) -> bool:
    """Tell whether a run said what was wrong and left all as it should be."""
    clear = "Make room" in line["said"] or "may write to" in line["said"]
    ended = (clear and line["moved"] in {0, 1}) or (not line["said"] and line["moved"])
    clean = not line["above"] and not line["staged"]
    if line["failure"] == "read-only":  # nothing can be removed, be it a draft or a pin
        clean = all(
            path.endswith(".tmp") or path.startswith("_pins/") for path in line["above"]
        )
    return bool(ended and clean and line["whole"] and line["after"] == 1)


def tally_of(folder: Path, every: int) -> list[dict[str, Any]] | None:
    """Run it in a mount namespace; None if that is not permitted.

    Args:
        folder: For the disk to be mounted in.
        every: How many steps each is after the last.
    """
    unshare = shutil.which("unshare")
    disk = folder / "disk"
    disk.mkdir(parents=True)
    if unshare is None:
        return None
    spaces = [unshare, "--user", "--map-root-user", "--mount"]
    done = subprocess.run(  # noqa: S603 - our own module, on a disk of its own
        [*spaces, "sh", "-c", _SCRIPT, "sh", sys.executable, str(disk), str(every)],
        capture_output=True,
        check=False,
        cwd=_ROOT,
        text=True,
        timeout=_PATIENCE,
    )
    if done.returncode == _NOT_PERMITTED or "unshare" in done.stderr:
        return None
    if done.returncode:
        raise ChildProcessError(done.stderr[-2_000:])
    return [json.loads(line) for line in done.stdout.splitlines()]
