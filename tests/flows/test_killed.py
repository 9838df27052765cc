"""A run killed at any moment leaves a whole version, and the next run finishes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

ROOT = Path(__file__).parents[2]
EVERY = "1" if os.environ.get("EVENKEEL_EVERY_KILL") else "3"

pytestmark = pytest.mark.xdist_group("killed")  # they share one tally


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """Kill runs before every third change on the disk, or every one if so asked."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-m", "tests.flows.killing", str(folder), EVERY]
    done = subprocess.run(  # noqa: S603 - our own module
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_runs_were_killed_from_the_first_change_to_the_last(
    tally: list[dict[str, object]],
) -> None:
    """Eighty changes when this was written; the run that outlives them is the last."""
    steps = tally[-1]["steps"]
    assert isinstance(steps, int)
    assert steps >= 60
    assert [line["step"] for line in (tally[0], tally[-2])] == [1, steps]
    assert [line["ended"] for line in tally] == [-SIGKILL] * (len(tally) - 1) + [0]


def test_there_is_version_1_or_the_whole_of_version_2(
    tally: list[dict[str, object]],
) -> None:
    assert all(line["whole"] for line in tally)
    versions = [line["version"] for line in tally]
    assert versions == sorted(versions, key=str)
    assert set(versions) == {1, 2}


def test_the_next_run_publishes_version_2(tally: list[dict[str, object]]) -> None:
    assert {line["again"] for line in tally} == {0}
    assert {line["after"] for line in tally} == {2}
    assert all(line["complete"] for line in tally)
