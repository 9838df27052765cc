"""Runs that fail under a real server and worker: told in words, and nothing is left."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate

from flows.pipeline import balance_dataset
from flows.servers import server
from schemas.config import BalanceConfig
from tasks.running import DirectRunner
from tasks.storage.commits import read_head
from tasks.storage.workspace import describe
from tests.project import Project, deployed, until, working

pytestmark = pytest.mark.prefect

SOURCE = "tests/data/slow.parquet"
AWAY = 20  # seconds without a server


class Killed(NamedTuple):
    """A run that was killed, and the next one of the same dataset."""

    root: str
    run: str
    again: str


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with deployed(tmp_path_factory.mktemp("failing")) as project:
        pq.write_table(slow_table(), project.folder / SOURCE)
        # Datasets that have nothing to do with each other are run at once here.
        more = DeploymentUpdate(concurrency_limit=9)
        with SyncPrefectClient(f"{project.address}/api") as client:
            client.update_deployment(UUID(deployment(project)), more)
        yield project


@pytest.fixture(scope="module")
def servers(project: Project) -> Iterator[ExitStack]:
    """Hold servers that come after the first one, until the worker has ended."""
    assert project.address
    with ExitStack() as servers:
        yield servers


@pytest.fixture(scope="module")
def worked(project: Project, servers: ExitStack) -> Iterator[Project]:
    assert servers is not None
    with working(project) as worked:
        yield worked


@pytest.fixture(scope="module")
def killed(worked: Project) -> Killed:
    """Kill a run at work on version 2, and start it again."""
    root = publish_first(worked, "killed")
    run = start(worked, slow("killed", seed=1))
    os.kill(at_work(worked, run), signal.SIGKILL)
    ended(worked, run)
    return Killed(root, run, start(worked, quick("killed", seed=1)))


def slow_table(rows: int = 300_000) -> pa.Table:
    """Make a table of which a forest is grown in some seconds."""
    rng = np.random.default_rng(3)
    columns = {f"x{i}": rng.normal(size=rows) for i in range(12)}
    return pa.table({**columns, "y": np.where(rng.random(rows) < 0.1, "few", "many")})


def quick(name: str, **fields: object) -> dict[str, object]:
    """Ask for the table under a name; the output is the default."""
    return {
        "source": SOURCE,
        "target": "y",
        "name": name,
        "strategy": {"kind": "random_under"},
        "evaluation": {"evaluator": "none"},
        **fields,
    }


def slow(name: str, trees: int = 2_000, **fields: object) -> dict[str, object]:
    """Ask for an evaluation as well, of two or three forests."""
    return quick(name, evaluation={"trees": trees, "max_rows": 20_000}, **fields)


def start(project: Project, config: dict[str, object], **settings: str) -> str:
    """Create a flow run of a deployment, as the UI does; give its id."""
    run = project.ask(
        f"deployments/{deployment(project)}/create_flow_run",
        parameters={"config": config},
        job_variables={"env": settings} if settings else {},
    )
    return str(run["id"])


def deployment(project: Project) -> str:
    """Find the nightly deployment of the flow."""
    named = {"name": {"any_": ["nightly"]}}
    found = project.ask(
        "deployments/filter", flows={"name": {"any_": ["balance"]}}, deployments=named
    )
    return str(found[0]["id"])


def read(project: Project, run: str) -> dict[str, Any]:
    (found,) = project.ask("flow_runs/filter", flow_runs={"id": {"any_": [run]}})
    return dict(found)


def ended(project: Project, run: str) -> dict[str, Any]:
    """Wait for the end of a run."""

    def look() -> dict[str, Any] | None:
        found = read(project, run)
        over = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        return found if found["state_type"] in over else None

    return until(look, f"the end of run {run}", 240)


def staged(project: Project, run: str) -> list[Path]:
    """Find what a run has written and not published."""
    return list((project.folder / "balanced").glob(f"*/data/*-{run}-*"))


def publish_first(project: Project, name: str) -> str:
    """Publish version 1 of a dataset; give its root."""
    output, source = project.folder / "balanced", project.folder / SOURCE
    fields = quick(name, output=str(output)) | {"source": str(source)}
    config = BalanceConfig.model_validate(fields)
    return balance_dataset(config, DirectRunner()).root


def check_version(root: str, number: int) -> None:
    """See that a version is the published one, and whole."""
    head = read_head(root)
    assert head is not None
    assert head.version == number
    assert all(describe(root, entry) == entry for entry in head.files)


def told(project: Project, name: str, **facts: object) -> dict[str, Any]:
    """Wait for an event that has these facts in its payload."""

    def look() -> dict[str, Any] | None:
        for event in project.events(name):
            if facts.items() <= event["payload"].items():
                return dict(event)
        return None

    return until(look, f"an event {name} with {facts}")


def failure(project: Project, run: str) -> dict[str, Any]:
    """Wait for the event that a run failed."""
    return told(project, "evenkeel.dataset.failed", flow_run_id=run)


def at_work(project: Project, run: str) -> int:
    """Wait until a run has written something; give its process."""
    until(lambda: any(staged(project, run)), f"files of run {run}")
    return int(read(project, run)["infrastructure_pid"])


def server_process(project: Project) -> int:
    """Find the server by its port."""
    words = f"--port\0{project.address.rpartition(':')[2]}\0".encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has just ended
            if words in path.read_bytes():
                return int(path.parent.name)
    raise AssertionError("no server is running")


def test_a_killed_worker_publishes_no_half(project: Project) -> None:
    """First of all, for no other worker may take the run."""
    root = project.folder / "balanced" / "orphan"
    with working(project) as lost:
        run = start(project, slow("orphan", trees=50))
        at_work(project, run)
        os.kill(lost.worker, signal.SIGKILL)
        over = ended(project, run)
    if over["state_type"] == "COMPLETED":
        check_version(str(root), 1)
    else:  # it could not write to the console that its worker read
        assert read_head(str(root)) is None
        until(lambda: not staged(project, run), "the staging area to be gone")
    with working(project):
        again = ended(project, start(project, quick("orphan", seed=1)))
    assert again["state_type"] == "COMPLETED", again["state"]["message"]
    head = read_head(str(root))
    assert head is not None
    check_version(str(root), head.version)
    assert head.seed == 1


def test_a_killed_run_is_told_and_leaves_the_former_version(
    worked: Project, killed: Killed
) -> None:
    over = read(worked, killed.run)
    assert over["state_type"] == "CRASHED"
    assert "SIGKILL" in over["state"]["message"]
    event = failure(worked, killed.run)
    assert event["resource"]["prefect.resource.id"] == "evenkeel.dataset.killed"
    assert event["payload"]["dataset"] == "killed"
    assert event["payload"]["state"] == "Crashed"
    assert "SIGKILL" in event["payload"]["reason"]
    assert event["payload"]["flow_run_name"] == over["name"]
    until(lambda: not staged(worked, killed.run), "the staging area to be gone")
    check_version(killed.root, 1)


def test_a_user_error_fails_at_once_in_words(worked: Project) -> None:
    run = start(worked, slow("typo") | {"target": "z"})
    over = ended(worked, run)
    reason = failure(worked, run)["payload"]["reason"]
    assert over["state_type"] == "FAILED"
    assert over["run_count"] == 1
    assert "UserError" in over["state"]["message"]
    assert "'z'" in over["state"]["message"]
    assert over["state"]["message"].startswith(reason.removesuffix("…"))
    tries = worked.ask("task_runs/filter", flow_runs={"id": {"any_": [run]}})
    assert [(task["name"], task["run_count"]) for task in tries] == [("survey", 1)]
    assert not (worked.folder / "balanced" / "typo").exists()


def test_a_stage_that_takes_too_long_is_stopped_in_words(worked: Project) -> None:
    # scikit-learn comes back to Python after each tree, and can be stopped there.
    late = {"EVENKEEL_STAGE_TIMEOUT_SECONDS": "6", "EVENKEEL_ACCELERATE": "0"}
    run = start(worked, slow("late"), **late)
    over = ended(worked, run)
    assert failure(worked, run)["payload"]["dataset"] == "late"
    assert over["state_type"] == "FAILED"
    assert "'evaluate' was stopped" in over["state"]["message"]
    assert "longer than 6 seconds" in over["state"]["message"]
    assert not staged(worked, run)


def test_the_run_after_a_killed_one_succeeds(worked: Project, killed: Killed) -> None:
    """Its turn comes when the lease of the killed one ends, a minute later."""
    over = ended(worked, killed.again)
    assert over["state_type"] == "COMPLETED", over["state"]["message"]
    check_version(killed.root, 2)


def test_a_run_outlasts_its_server(worked: Project, servers: ExitStack) -> None:
    run = start(worked, slow("alone", trees=40))
    at_work(worked, run)
    os.killpg(server_process(worked), signal.SIGKILL)
    time.sleep(AWAY)
    port = int(worked.address.rpartition(":")[2])
    servers.enter_context(server(worked.folder.parent / "home", port=port))
    over = ended(worked, run)
    assert over["state_type"] == "COMPLETED", over["state"]["message"]
    check_version(str(worked.folder / "balanced" / "alone"), 1)
    assert told(worked, "evenkeel.dataset.balanced", dataset="alone")
    again = ended(worked, start(worked, quick("alone", seed=1)))
    assert again["state_type"] == "COMPLETED", again["state"]["message"]
