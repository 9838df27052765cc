"""prefect.yaml on a real server and worker: by event, by schedule, by watching."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pyarrow.parquet as pq
import pytest
from prefect.events import Event

from schemas.manifest import Manifest
from tasks.storage.commits import read_head
from tasks.storage.workspace import describe
from tests.project import Project, deployed, until, working

pytestmark = pytest.mark.prefect

CHANGED, BALANCED = "evenkeel.source.changed", "evenkeel.dataset.balanced"
NAME = "hypothyroid"
PAGE = "<img src=x onerror=alert(1)>\n\x1b[31m"
PATIENCE = 240  # seconds; several processes start on few cores

Run = dict[str, Any]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("deployments")
    # The server looks for new schedules once a minute if nothing else is said.
    often = {"PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2"}
    with deployed(folder, **often) as served, working(served) as project:
        yield project


def _run(project: Project, flow: str, wanted: Callable[[Run], bool]) -> Run:
    """Wait for the end of a run, of which there may be more than one."""

    def look() -> Run | None:
        over = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        found = [run for run in project.runs(flow) if wanted(run)]
        return next((run for run in found if run["state_type"] in over), None)

    return until(look, f"a run of {flow}", PATIENCE)


def _completed(run: Run) -> Run:
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    return run


def _published(project: Project, name: str) -> Manifest:
    """Read the version of a dataset, and see that it is whole."""
    root = project.folder / "balanced" / name
    head = read_head(str(root))
    assert head is not None
    assert all(describe(str(root), entry) == entry for entry in head.files)
    return head


def _manifest(project: Project, name: str, version: int) -> Path:
    root = project.folder / "balanced" / name
    return root / "_commits" / f"{version:020d}.json"


def _post(project: Project, path: str, body: object) -> None:
    request = Request(  # noqa: S310 - http to this machine
        f"{project.address}/api/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30):  # noqa: S310 - the same
        pass


def _deployment(project: Project, name: str) -> dict[str, Any]:
    named = {"name": {"any_": [name]}}
    found: list[dict[str, Any]] = project.ask("deployments/filter", deployments=named)
    return found[0]


def test_an_event_has_a_dataset_balanced_and_a_model_trained(project: Project) -> None:
    resource = f"evenkeel.dataset.{NAME}"
    project.prefect("event", "emit", CHANGED, "--resource-id", resource)
    run = _completed(
        _run(project, "balance", lambda run: run["parameters"].get("dataset") == NAME)
    )
    assert run["name"] == f"balance / {NAME} / smote_under"
    assert run["created_by"]["type"] == "AUTOMATION"
    assert set(run["tags"]) >= {"balance", "event"}
    head = _published(project, NAME)
    assert (head.dataset, head.version) == (NAME, 1)
    kinds = ("verdict", "decision", "classes", "evaluation", "report", "published")
    for kind in kinds:
        assert project.artifacts(f"{NAME}-{kind}"), kind
    told = until(lambda: project.events(BALANCED), f"the event {BALANCED}")[0]
    assert told["resource"]["prefect.resource.id"] == resource
    assert told["payload"]["manifest"] == str(_manifest(project, NAME, 1))

    trained = _completed(_run(project, "retrain", lambda _: True))
    assert trained["name"] == f"retrain / {NAME} / version 1"
    assert trained["parameters"] == {"manifest": told["payload"]["manifest"]}
    (model,) = project.artifacts(f"{NAME}-model")
    assert model["flow_run_id"] == trained["id"]
    assert head.evaluation is not None
    assert f"macro-F1 {head.evaluation.balanced:.3f}" in model["data"]


def test_a_hostile_event_fails_in_words_and_reaches_nothing(project: Project) -> None:
    outside = project.elsewhere / "outside.parquet"
    outside.write_bytes(b"opened, it would be told to be no Parquet")
    hostile: list[tuple[dict[str, str], str]] = [
        ({"dataset": f"../../{PAGE}"}, "No datasets are called '../../<img"),
        ({"dataset": NAME, "source": str(outside)}, "outside of the folders"),
        ({"dataset": NAME, "source": "../.."}, "outside of the folders"),
    ]
    before = _listing(project)
    _post(project, "events", [_event(payload) for payload, _ in hostile])
    for payload, said in hostile:
        run = _run(
            project,
            "balance",
            lambda run, sent=payload: (  # type: ignore[misc]
                sent.items() <= run["parameters"].items()
            ),
        )
        message = run["state"]["message"]
        assert run["state_type"] == "FAILED", message
        assert "UserError" in message
        assert said in message
        assert (run["name"] + message).isprintable()
        assert until(
            lambda run=run: [  # type: ignore[misc]
                event
                for event in project.events("evenkeel.dataset.failed")
                if event["payload"]["flow_run_id"] == run["id"]
            ],
            f"the event that {run['name']} failed",
        )
    assert _listing(project) == before


def _event(payload: dict[str, str]) -> dict[str, Any]:
    resource = {"prefect.resource.id": "evenkeel.dataset.anything"}
    told = Event(event=CHANGED, resource=resource, payload=payload)
    return told.model_dump(mode="json")


def _listing(project: Project) -> set[Path]:
    """List what runs could have written, but for caches and the server's own files."""
    top = project.folder.parent
    found = {*top.glob("*"), *project.elsewhere.rglob("*")}
    return found | set((project.folder / "balanced").rglob("*"))


def test_a_schedule_that_is_due_runs_on_the_worker(project: Project) -> None:
    nightly = _deployment(project, "nightly")
    config = {**nightly["parameters"]["config"], "evaluation": {"evaluator": "none"}}
    due = datetime.now(UTC) + timedelta(seconds=15)
    daily = {"interval": 86_400, "anchor_date": due.isoformat(), "timezone": "UTC"}
    parameters = {"config": {**config, "name": "due"}}
    schedule = {"active": True, "schedule": daily, "parameters": parameters}
    _post(project, f"deployments/{nightly['id']}/schedules", [schedule])
    run = _completed(
        _run(
            project,
            "balance",
            lambda run: run["parameters"].get("config", {}).get("name") == "due",
        )
    )
    assert run["auto_scheduled"] is True
    assert run["created_by"]["type"] == "SCHEDULE"
    assert datetime.fromisoformat(run["expected_start_time"]) >= due
    assert _published(project, "due").version == 1


def test_what_watch_sees_is_balanced(project: Project) -> None:
    source = project.folder / "tests" / "data" / f"{NAME}.parquet"
    published = read_head(str(project.folder / "balanced" / NAME))
    version = published.version if published else 0
    pq.write_table(pq.read_table(source).slice(100), source)
    os.utime(source, (1, 1))  # old enough to be settled
    source.with_name("bank_marketing.parquet").touch()  # and this one is too young
    seen = project.prefect("deployment", "run", "watch/every-15-minutes", "--watch")
    assert "Completed" in seen

    def balanced() -> Manifest | None:
        head = read_head(str(project.folder / "balanced" / NAME))
        return head if head and head.version > version else None

    assert until(balanced, "the next version", PATIENCE).version == version + 1
    assert any(
        told["payload"]["dataset"] == NAME and told["payload"]["fingerprint"]
        for told in project.events(CHANGED)
        if "fingerprint" in told["payload"]
    )
    wanted = str(_manifest(project, NAME, version + 1))
    _completed(
        _run(project, "retrain", lambda run: run["parameters"]["manifest"] == wanted)
    )
