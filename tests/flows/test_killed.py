"""A run killed at any moment leaves a whole version, and the next run finishes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

ROOT = Path(__file__).parents[2]
EVERY = "1" if os.environ.get("EVENKEEL_EVERY_KILL") else "3"


def _tally(folder: Path) -> list[dict[str, int]]:
    """Kill runs before every third change on the disk, or every one if so asked."""
    command = [sys.executable, "-m", "tests.flows.killing", str(folder), EVERY]
    done = subprocess.run(  # noqa: S603 - our own module
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_wherever_a_run_is_killed_a_version_is_whole_and_the_next_run_finishes(
    tmp_path: Path,
) -> None:
    """It makes 80 changes; the first, the last 16 and the end are never left out."""
    tally = _tally(tmp_path)
    steps = tally[-1]["steps"]
    assert steps >= 60
    assert [tally[0]["step"], tally[-2]["step"]] == [1, steps]
    assert [line["ended"] for line in tally] == [-SIGKILL] * (len(tally) - 1) + [0]

    versions = [line["version"] for line in tally]
    assert set(versions) == {1, 2}
    assert versions == sorted(versions)
    assert all(line["whole"] for line in tally)

    assert {line["again"] for line in tally} == {0}
    assert {line["after"] for line in tally} == {2}
    assert all(line["complete"] for line in tally)
