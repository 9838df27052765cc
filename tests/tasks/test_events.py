"""Events reach the server, with a payload that a trigger can pass on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

from flows.balance import balance
from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig, WatchConfig
from schemas.records import Outcome, Sighting
from schemas.survey import Rejection
from tasks.algorithms.drift import drift
from tasks.events import (
    announce_sighting,
    drift_facts,
    emit,
    payload,
    rejected_rows,
)
from tasks.running import DirectRunner
from tests.datasets import request
from tests.project import ROOT, until
from tests.tasks.attempts import config_of

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

LIMIT = 100_000  # bytes of a payload
LONG = "<img src=x onerror=alert(1)>\n\x1b" * 50


def _events(name: str) -> list[dict[str, Any]]:
    """Read the events of a dataset, the latest first."""
    wanted = {"filter": {"resource": {"id": [f"evenkeel.dataset.{name}"]}}}
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/events/filter", json=wanted)
        return list(answer.json()["events"])


def _wait(name: str, event: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        return next((one for one in _events(name) if one["event"] == event), None)

    return until(found, f"{event} of {name}")


def _size(facts: dict[str, object]) -> int:
    return len(json.dumps(facts, allow_nan=False))


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
    assert {one["event"] for one in _events("announced")} == {
        "evenkeel.dataset.balanced",
        "evenkeel.dataset.unchanged",
    }


def _check(told: dict[str, Any], outcome: Outcome) -> None:
    manifest = json.loads(Path(told["manifest"]).read_text())
    assert manifest["run_key"] == told["run_key"] == outcome.manifest.run_key
    assert (told["dataset"], told["version"]) == ("announced", 1)
    assert (told["strategy"], told["verdict"]) == ("smote", "not evaluated")
    assert told["train_rows"] == sum(item.train for item in outcome.manifest.classes)
    assert Path(told["train"]).is_dir()
    assert Path(told["holdout"]).is_dir()


def test_a_version_with_rejected_rows_says_so(tmp_path: Path) -> None:
    balance(config_of(tmp_path, name="refusing"))
    told = _wait("refusing", "evenkeel.dataset.rejected-rows")["payload"]
    (reason,) = told.pop("reasons")
    assert (reason["label"], reason["rows"]) == (None, 4)
    assert "label is missing" in reason["reason"]
    parts = Path(told.pop("rejected")).glob("*.parquet")
    assert sum(pq.read_metadata(part).num_rows for part in parts) == 4
    assert told == {
        "dataset": "refusing",
        "version": 1,
        "rows": 4,
        "share": 4 / 376,
        "more_reasons": 0,
    }


def test_a_version_held_back_is_announced_as_that(tmp_path: Path) -> None:
    config = config_of(tmp_path, name="withheld", publish="if_helped")
    outcome = balance(config)
    assert outcome.status == "held back"
    told = _wait("withheld", "evenkeel.dataset.held-back")["payload"]
    assert told == payload(outcome)
    assert Path(told["report"]).is_file()
    assert "evenkeel.dataset.rejected-rows" not in {
        one["event"] for one in _events("withheld")
    }


def test_what_came_of_a_source_is_told_with_its_reason() -> None:
    config = BalanceConfig(source="there", target="y", name="unfit")
    sighting = Sighting(
        dataset="unfit",
        source="there",
        status="unfit",
        note=LONG,
        version=None,
        files=3,
    )
    announce_sighting(config, sighting)
    told = _wait("unfit", "evenkeel.source.changed")["payload"]
    assert told.pop("note").startswith("<img src=x onerror=alert(1)>\\n\\x1b")
    assert told == {
        "dataset": "unfit",
        "source": "there",
        "version": None,
        "fingerprint": None,
        "rows": None,
        "files": 3,
    }


def test_an_event_can_name_the_run_it_is_about() -> None:
    run = {
        "prefect.resource.id": "prefect.flow-run.00000000-0000-0000-0000-000000000000",
        "prefect.resource.role": "flow-run",
    }
    emit("evenkeel.dataset.failed", "related", {"reason": "none"}, [run])
    assert run in _wait("related", "evenkeel.dataset.failed")["related"]


def test_an_event_at_the_very_end_of_a_process_arrives() -> None:
    """They are sent behind the run's back: the process must wait for that."""
    script = "from tasks.events import emit; emit('evenkeel.last', 'late', {'n': 1})"
    address = PREFECT_API_URL.value()
    assert address
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PREFECT_API_URL": address},
        check=True,
        timeout=120,
    )
    assert _wait("late", "evenkeel.last")["payload"] == {"n": 1}


def test_of_many_classes_an_event_tells_those_that_moved_most() -> None:
    before = {f"{number} {LONG}": 1_000 for number in range(10_000)}
    after = {**before, "grown": 10**7, **{f"new {LONG} {n}": 1 for n in range(100)}}
    facts = drift_facts(drift(before, after, 1, WatchConfig()))
    assert _size(facts) < LIMIT
    classes = facts["classes"]
    assert isinstance(classes, list)
    assert classes[0]["label"] == "grown"
    assert (len(classes), facts["more_classes"]) == (50, 10_051)
    appeared = facts["appeared"]
    assert isinstance(appeared, list)
    assert (len(appeared), facts["more_appeared"]) == (50, 51)
    assert (facts["vanished"], facts["more_vanished"]) == ([], 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [({}, {}), ({}, {"a": 1}), ({"a": 1}, {}), ({"a": 0}, {"a": 0})],
)
def test_drift_without_rows_is_told_in_plain_numbers(
    before: dict[str, int], after: dict[str, int]
) -> None:
    assert _size(drift_facts(drift(before, after, 1, WatchConfig()))) < LIMIT


def test_of_many_reasons_an_event_tells_those_of_most_rows(tmp_path: Path) -> None:
    table = pa.table({"x": range(376), "kind": ["a", "b"] * 188})
    pq.write_table(table, tmp_path / "mixed.parquet")
    outcome = balance_dataset(config_of(tmp_path, ignore=()), DirectRunner())
    many = [
        Rejection(label=f"{number} {LONG}", reason="label is not allowed", rows=number)
        for number in range(10_000)
    ]
    manifest = outcome.manifest.model_copy(update={"rejections": tuple(many)})
    facts = rejected_rows(outcome.model_copy(update={"manifest": manifest}))
    assert _size(facts) < LIMIT
    reasons = facts["reasons"]
    assert isinstance(reasons, list)
    assert [one["rows"] for one in reasons[:2]] == [9_999, 9_998]
    assert facts["more_reasons"] == 9_950
