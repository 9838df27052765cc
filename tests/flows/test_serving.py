"""`evenkeel ui`: all is brought up, and whenever it is stopped nothing is left."""

import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.cli import main
from flows.servers import POOL, free_port
from flows.serving import serve
from schemas.config import BalanceConfig
from schemas.errors import UserError
from tests.datasets import request
from tests.prefect_home import prefect_home
from tests.project import Project, copy_project, until

pytestmark = pytest.mark.prefect

NAPPING = """\
'''A flow that lasts for ever.'''

import time

from prefect import flow


@flow
def nap() -> None:
    '''Sleep.'''
    while True:
        time.sleep(0.1)
"""
ONE_DEPLOYMENT = """\
name: napping
pull:
  - prefect.deployments.steps.set_working_directory:
      directory: "{{ $EVENKEEL_HOME }}"
deployments:
  - name: on-demand
    description: Sleeps until it is ended.
    entrypoint: flows/napping.py:nap
    work_pool: {name: balance-pool}
"""


@pytest.fixture(autouse=True)
def port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a port that no other test finds free at the same moment, as all do 4200."""
    monkeypatch.setenv("PREFECT_SERVER_API_PORT", str(free_port()))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the project, with a flow of its own that only ends when it is ended."""
    copy = copy_project(tmp_path / "project")
    (copy / "flows" / "napping.py").write_text(NAPPING)
    (copy / "prefect.yaml").write_text(ONE_DEPLOYMENT)
    return copy


@contextmanager
def _serving(
    project: Path, home: Path, *command: str
) -> Iterator[subprocess.Popen[str]]:
    """Call `evenkeel ui` and wait until it is up."""
    environment = {**os.environ, "PREFECT_HOME": str(home), "PYTHONPATH": str(project)}
    environment["PREFECT_WORKER_QUERY_SECONDS"] = "2"
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [*command, sys.executable, "-m", "flows.cli", "ui"],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    """Read what is printed until all is up, and find the server's address in it."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    found = re.search(r"Prefect UI: +(http://\S+)", said)
    assert found, said
    assert "nap/on-demand" in said
    return found[1]


def _start_run(address: str) -> None:
    """Start the one deployment, and wait until its run runs."""
    server = Project(address, Path(), Path(), {})
    (deployment,) = server.ask("deployments/filter")
    server.ask(f"deployments/{deployment['id']}/create_flow_run")
    until(lambda: [run for run in server.runs("nap") if run["start_time"]], "the run")


def _processes(home: Path) -> list[str]:
    """List the processes of this Prefect home, by their command lines."""
    marker = f"PREFECT_HOME={home}\0".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has ended since, or is none of ours
    return [words for words in found if words]  # a zombie has none


def _states(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "prefect.db")) as database:
        rows = database.execute("select state_type from flow_run").fetchall()
    return [state for (state,) in rows]


# A job in the background of a script ignores Ctrl-C, and hands that on to its children.
IN_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")


@pytest.mark.parametrize(
    ("command", "first", "second"),
    [
        (IN_BACKGROUND, signal.SIGTERM, signal.SIGTERM),
        ((), signal.SIGINT, signal.SIGINT),
    ],
    ids=["SIGTERM in the background", "Ctrl-C"],
)
def test_stopped_while_a_run_runs_it_cancels_it_and_leaves_no_process(
    tmp_path: Path, project: Path, command: tuple[str, ...], first: int, second: int
) -> None:
    home = prefect_home(tmp_path / "home")
    with _serving(project, home, *command) as process:
        _start_run(_address(process))
        assert len(_processes(home)) >= 4  # ours, the server, the worker, the run
        process.send_signal(first)
        assert process.stdout
        assert "Stopping" in process.stdout.readline()
        process.send_signal(second)
        assert process.wait(120) == 0
    assert _processes(home) == []
    assert _states(home) in (["CANCELLED"], ["CRASHED"])


def _serve_and_stop(
    project: Path, look: Callable[[str], object], config: BalanceConfig | None = None
) -> str:
    """Serve in this process; look around once all is up, then stop it by a signal."""
    said = io.StringIO()
    over = threading.Event()

    def stop() -> None:
        while not over.wait(0.2):
            if "Ctrl-C" in said.getvalue():
                try:
                    look(said.getvalue().split()[2])
                finally:
                    os.kill(os.getpid(), signal.SIGTERM)
                return

    watching = threading.Thread(target=stop)
    watching.start()
    try:
        with redirect_stdout(said):
            serve(config, project)
    finally:
        over.set()
        watching.join()
    return said.getvalue()


def test_it_brings_up_the_deployments_the_automation_and_a_run_to_look_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("PREFECT_HOME", str(home))
    copy = copy_project(tmp_path / "project")
    seen: dict[str, Any] = {}

    def look(address: str) -> None:
        server = Project(address, copy, home, {})
        seen["automations"] = server.ask("automations/filter")
        seen["pools"] = server.ask("work_pools/filter")
        seen["runs"] = server.runs("balance")

    said = _serve_and_stop(copy, look, request("glass", tmp_path / "out"))
    declared = yaml.safe_load((copy / "prefect.yaml").read_text())["deployments"]
    for one in declared:
        assert f"/{one['name']}" in said
    assert "mark dead runs" in " ".join(one["name"] for one in seen["automations"])
    assert [(one["name"], one["type"]) for one in seen["pools"]] == [(POOL, "process")]
    (run,) = [one for one in seen["runs"] if not one["deployment_id"]]
    assert run["state_type"] == "COMPLETED"
    assert f"/v2/runs/flow-run/{run['id']}" in said
    assert said.endswith("Stopped.\n")


def test_without_prefect_yaml_it_says_so_and_serves_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(prefect_home(tmp_path / "home")))
    counts: list[int] = []

    def look(address: str) -> None:
        server = Project(address, tmp_path, tmp_path, {})
        counts.append(server.ask("deployments/count"))

    said = _serve_and_stop(tmp_path, look)
    assert f"There is no prefect.yaml in '{tmp_path}'" in said
    assert counts == [0]


def test_deployments_that_do_not_deploy_are_an_error_in_words(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = prefect_home(tmp_path / "home")
    monkeypatch.setenv("PREFECT_HOME", str(home))
    (project / "prefect.yaml").write_text(ONE_DEPLOYMENT.replace(":nap", ":snore"))
    with pytest.raises(UserError, match=r"cannot be deployed(?s:.*)snore"):
        serve(None, project)
    assert _processes(home) == []


def test_a_request_that_cannot_be_run_starts_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    assert main(["ui", "glass.parquet"]) == 2
    assert "target" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
