"""Who follows new versions hears of a rollback, if there is a Prefect API."""

import logging
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.pipeline import balance_dataset
from tasks import restoring
from tasks.restoring import roll_back
from tasks.running import DirectRunner
from tests.tasks.attempts import config_of

pytestmark = pytest.mark.prefect


def _two_versions(folder: Path, name: str) -> str:
    balance_dataset(config_of(folder, name=name), DirectRunner())
    return balance_dataset(config_of(folder, name=name, seed=1), DirectRunner()).root


@pytest.mark.usefixtures("prefect_server")
def test_a_rollback_is_told_as_a_new_version(tmp_path: Path) -> None:
    root = _two_versions(tmp_path, "told")
    made, _ = roll_back(root, 1)
    roll_back(root, 1)  # nothing to do, nothing to tell
    wanted = {"filter": {"resource": {"id": ["evenkeel.dataset.told"]}}}
    with get_client(sync_client=True) as client:
        events = client.request("POST", "/events/filter", json=wanted).json()["events"]
    (event,) = events
    assert event["event"] == "evenkeel.dataset.balanced"
    told = event["payload"]
    assert (told["version"], told["restores"]) == (3, 1)
    assert told["run_key"] == made.run_key
    assert Path(told["manifest"]).name == f"{3:020d}.json"


def test_an_api_that_does_not_answer_takes_nothing_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _two_versions(tmp_path, "untold")
    monkeypatch.setattr(restoring, "PATIENCE", 1.0)
    with (
        temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}),
        caplog.at_level(logging.WARNING),
    ):
        made, is_new = roll_back(root, 1)
    assert (made.version, is_new) == (3, True)
    assert "the Prefect API did not take its event" in caplog.text
