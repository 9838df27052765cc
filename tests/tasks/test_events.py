"""Events reach the server, with a payload that a trigger can pass on."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from flows.balance import balance
from schemas.records import Outcome
from tests.datasets import request

PATIENCE = 30  # seconds; events are sent and stored behind the run's back


def _events(name: str) -> list[dict[str, Any]]:
    """Read the events of a dataset, the latest first."""
    wanted = {"filter": {"resource": {"id": [f"evenkeel.dataset.{name}"]}}}
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/events/filter", json=wanted)
        return list(answer.json()["events"])


def _wait(name: str, event: str) -> dict[str, Any]:
    patient_until = time.monotonic() + PATIENCE
    while time.monotonic() < patient_until:
        for found in _events(name):
            if found["event"] == event:
                return found
        time.sleep(0.5)
    pytest.fail(f"no event {event} of {name} within {PATIENCE} s")


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_a_run_announces_its_version_and_an_idle_one_that_it_was_idle(
    tmp_path: Path,
) -> None:
    asked = request("glass", tmp_path, evaluation={"evaluator": "none"})
    config = asked.model_copy(update={"name": "announced"})
    outcome = balance(config)
    told = _wait("announced", "evenkeel.dataset.balanced")["payload"]
    _check(told, outcome)
    assert balance(config).status == "unchanged"
    assert _wait("announced", "evenkeel.dataset.unchanged")["payload"] == told


def _check(told: dict[str, Any], outcome: Outcome) -> None:
    manifest = json.loads(Path(told["manifest"]).read_text())
    assert manifest["run_key"] == told["run_key"] == outcome.manifest.run_key
    assert (told["dataset"], told["version"]) == ("announced", 1)
    assert (told["strategy"], told["verdict"]) == ("smote", "not evaluated")
    assert told["train_rows"] == sum(item.train for item in outcome.manifest.classes)
    assert Path(told["train"]).is_dir()
    assert Path(told["holdout"]).is_dir()
