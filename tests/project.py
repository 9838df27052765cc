"""A copy of the project, as a stranger has it: server, worker, all deployments.

Which of them a test needs, it names; each costs seconds.
"""

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from flows.servers import HOST, POOL, prefect, server, worker
from tests.prefect_home import prefect_home

ROOT = Path(__file__).parents[1]
_PARTS = ("flows", "tasks", "schemas", "tests/data", "prefect.yaml")
T = TypeVar("T")


@dataclass(frozen=True)
class Project:
    """A deployed copy of the project, its server running, and where its worker is."""

    address: str
    folder: Path
    """The copy; EVENKEEL_HOME of its runs."""
    elsewhere: Path
    """Where the worker was started, its log worker.log."""
    settings: dict[str, str]
    """Environment of all that talks to the server."""
    worker: int = 0
    """Process id."""

    def prefect(self, *words: str) -> str:
        """Call Prefect's command line in the copy."""
        return prefect(self.settings, self.folder, *words)

    def ask(self, path: str, **body: Any) -> Any:  # noqa: ANN401 - whatever the API answers
        """Post a question to the server's API, such as ``flow_runs/filter``.

        As Prefect's client does, ask again while the server says that it is busy: on
        SQLite one writer at a time.
        """
        request = Request(  # noqa: S310 - http to this machine
            f"{self.address}/api/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )

        def answer() -> bytes | None:
            try:
                with urlopen(request, timeout=30) as told:  # noqa: S310 - the same
                    return bytes(told.read())
            except HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                return None
            except TimeoutError:
                return None

        return json.loads(until(answer, "a server that is not busy"))

    def runs(self, flow: str) -> list[dict[str, Any]]:
        """List the runs of a flow, the newest first, the scheduled ones left out."""
        found: list[dict[str, Any]] = self.ask(
            "flow_runs/filter",
            flows={"name": {"any_": [flow]}},
            flow_runs={"state": {"type": {"not_any_": ["SCHEDULED"]}}},
            sort="START_TIME_DESC",
        )
        return found

    def events(self, name: str) -> list[dict[str, Any]]:
        """List the events of a name that the server recorded, the newest first."""
        asked = {"event": {"name": [name]}, "order": "DESC"}
        return list(self.ask("events/filter", filter=asked)["events"])

    def artifacts(self, key: str) -> list[dict[str, Any]]:
        """List the artifacts of a key, the newest first."""
        found: list[dict[str, Any]] = self.ask(
            "artifacts/filter",
            artifacts={"key": {"any_": [key]}},
            sort="UPDATED_DESC",
        )
        return found


def until(found: Callable[[], T | None], what: str, patience: float = 120) -> T:
    """Ask again and again until there is an answer that is true.

    Args:
        found: Gives the answer.
        what: Is waited for; the failure names it.
        patience: Seconds.
    """
    patient_until = time.monotonic() + patience
    while time.monotonic() < patient_until:
        if answer := found():
            return answer
        time.sleep(0.5)
    raise AssertionError(f"waited {patience:g} s for {what}")


def copy_project(folder: Path) -> Path:
    """Copy what a worker needs of the project, and nothing of what it made."""
    left_out = shutil.ignore_patterns("__pycache__")
    for part in _PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=left_out)
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Start a server at a port of its own, whatever else starts at the same moment.

    Two that begin together would both find Prefect's own port free, and one of them
    would take the other's server for its own.

    Args:
        home: As for flows.servers.server; is not there yet.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # taken by someone else is as good
            holder.bind((HOST, 4200))
            holder.listen()
        with server(prefect_home(home)) as address:
            yield address


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Set variables for a while; what is tested next may want others."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def deployed(folder: Path, **settings: str) -> Iterator[Project]:
    """Copy the project, serve, and deploy all of prefect.yaml; no worker yet.

    Args:
        folder: An empty folder for all of it.
        settings: More of the environment of the server, the worker and its runs.
    """
    copy = copy_project(folder / "project")
    with _environment(settings), served(folder / "home") as address:
        environment = {
            **settings,
            "PREFECT_HOME": str(folder / "client"),
            "PREFECT_API_URL": f"{address}/api",
            "EVENKEEL_HOME": str(copy),
            "PREFECT_WORKER_QUERY_SECONDS": "2",
            "DO_NOT_TRACK": "1",
        }
        project = Project(address, copy, folder / "elsewhere", environment)
        project.prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
        project.prefect("deploy", "--all")
        yield project


@contextmanager
def working(project: Project) -> Iterator[Project]:
    """Start a process worker for a deployed project, from another folder."""
    with worker(project.settings, project.elsewhere) as process:
        fields = {**vars(project), "worker": process}
        yield Project(**fields)
