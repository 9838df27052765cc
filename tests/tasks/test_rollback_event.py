"""Who follows new versions hears of a rollback, if there is a Prefect API."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from flows.pipeline import balance_dataset
from tasks.restoring import roll_back
from tasks.running import DirectRunner
from tasks.storage.commits import read_head
from tests.project import ROOT
from tests.tasks.attempts import config_of

pytestmark = pytest.mark.prefect


def _two_versions(folder: Path, name: str) -> str:
    balance_dataset(config_of(folder, name=name), DirectRunner())
    return balance_dataset(config_of(folder, name=name, seed=1), DirectRunner()).root


@pytest.mark.usefixtures("prefect_server")
def test_a_rollback_is_told_as_a_new_version(tmp_path: Path) -> None:
    root = _two_versions(tmp_path, "rolled_back_at_three")
    made, _ = roll_back(root, 1)
    roll_back(root, 1)  # nothing to do, nothing to tell
    wanted = {"filter": {"resource": {"id": ["evenkeel.dataset.rolled_back_at_three"]}}}
    with get_client(sync_client=True) as client:
        events = client.request("POST", "/events/filter", json=wanted).json()["events"]
    (event,) = events
    assert event["event"] == "evenkeel.dataset.balanced"
    told = event["payload"]
    assert (told["version"], told["restores"]) == (3, 1)
    assert told["run_key"] == made.run_key
    assert Path(told["manifest"]).name == f"{3:020d}.json"


IMPATIENT = """
import sys
from tasks import restoring
restoring.PATIENCE = 1.0
made, is_new = restoring.roll_back(sys.argv[1], 1)
print(made.version, is_new)
"""


def test_an_api_that_does_not_answer_takes_nothing_back(tmp_path: Path) -> None:
    root = _two_versions(tmp_path, "untold")
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", IMPATIENT, root],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PREFECT_API_URL": "http://127.0.0.1:9/api"},
        text=True,
        timeout=120,
    )
    assert done.stdout == "3 True\n"
    assert "the Prefect API did not take its event" in done.stderr
    head = read_head(root)
    assert head
    assert head.version == 3
