"""`evenkeel ui`: all of evenkeel on this machine, to look at in the Prefect UI.

A server, its automations, the deployments of prefect.yaml, a worker, and a run to look
at if asked for. How each is brought up and stopped is servers' and pools'.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterStartTime,
)
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.automations import apply
from flows.pools import make_pool, working
from flows.processes import finish, running, stoppable
from flows.servers import free_port, server
from schemas.config import BalanceConfig
from schemas.errors import UserError

PROJECT = Path(__file__).parents[1]
_PORT = 4200  # Prefect's own
_SAID = (8, 500)  # last lines of a failed deployment that are shown, and their length

Rest = Callable[[float], None]
Settings = Mapping[str, str]


def serve(config: BalanceConfig | None = None, project: Path = PROJECT) -> None:
    """Serve the Prefect UI, all deployments and a worker, until asked to stop.

    Args:
        config: What a run to look at balances; there is none when not given.
        project: The folder that flows/ and prefect.yaml lie in.

    Raises:
        UserError: The deployments cannot be deployed.
        EvenkeelError: The server did not start.
    """
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser().absolute()
    with (
        stoppable() as rest,
        suppress(KeyboardInterrupt),
        server(home, rest, _port()) as address,
    ):
        _say(f"Prefect UI:  {address}")
        settings = {
            "PREFECT_API_URL": f"{address}/api",
            "PREFECT_HOME": str(home),
            "EVENKEEL_HOME": str(project),
        }
        with _client(settings) as client:
            make_pool(client)
            apply(client)
            with working(client, settings, home):
                _serve_until_stopped(client, settings, config, rest)
    _say("Stopped.")


def _port() -> int:
    """Take the port that the environment names, else Prefect's own if it is free."""
    named = os.environ.get("PREFECT_SERVER_API_PORT", "")
    return int(named) if named.isdecimal() else free_port(_PORT)


@contextmanager
def _client(settings: Settings) -> Iterator[SyncPrefectClient]:
    with (
        temporary_settings({PREFECT_API_URL: settings["PREFECT_API_URL"]}),
        get_client(sync_client=True) as client,
    ):
        yield client


def _serve_until_stopped(
    client: SyncPrefectClient,
    settings: Settings,
    config: BalanceConfig | None,
    rest: Rest,
) -> None:
    began = datetime.now(UTC)
    try:
        with _deploying(settings, rest):
            if config:
                _make_run(config, settings, rest)
        _tell(client, settings, began)
        while True:
            rest(1)
    except KeyboardInterrupt:
        _say("Stopping: what runs is cancelled first, which can take half a minute.")
        raise


@contextmanager
def _deploying(settings: Settings, rest: Rest) -> Iterator[None]:
    """Deploy all of prefect.yaml while something else is done, and wait for the end."""
    project = Path(settings["EVENKEEL_HOME"])
    if not (project / "prefect.yaml").is_file():
        _say(f"There is no prefect.yaml in {str(project)!r}: nothing is deployed.")
        yield
        return
    log = Path(settings["PREFECT_HOME"]) / "deploy.log"
    command = ["prefect", "--no-prompt", "deploy", "--all"]
    with (
        log.open("wb") as output,
        running(command, settings, output=output, folder=project) as process,
    ):
        yield
        if finish(process, rest):
            raise UserError(
                f"prefect.yaml in {str(project)!r} cannot be deployed; mend it: "
                f"{str(log)!r} says why, and ends with\n{_gist(log)}"
            )


def _gist(log: Path) -> str:
    """Leave out of a log its beginning, tracebacks, and the ends of endless lines."""
    lines, length = _SAID
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([line[:length] for line in said if line[:1].strip()][-lines:])


def _make_run(config: BalanceConfig, settings: Settings, rest: Rest) -> None:
    """Make a flow run, whether it fails or not.

    In a process of its own: Prefect would keep a signal that comes in the middle of a
    task for itself, as a failure of the task.
    """
    request = Path(settings["PREFECT_HOME"]) / "ui.json"
    request.write_text(config.model_dump_json(), encoding="utf-8")
    words = ["run", "--config", str(request), "--prefect", "--force"]
    with running(["flows.cli", *words], settings) as process:
        finish(process, rest)


def _tell(client: SyncPrefectClient, settings: Settings, began: datetime) -> None:
    """Say what there is to look at, what can be started, and how all of it ends."""
    address = settings["PREFECT_API_URL"].removesuffix("/api")
    for run in client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(is_null_=True),
            start_time=FlowRunFilterStartTime(after_=began),
        ),
        sort=FlowRunSort.START_TIME_DESC,
        limit=1,
    ):
        _say(f"This run:    {address}/v2/runs/flow-run/{run.id}")
    names = {flow.id: flow.name for flow in client.read_flows()}
    deployments = client.read_deployments(sort=DeploymentSort.NAME_ASC)
    if deployments:
        listed = [f"{names[one.flow_id]}/{one.name}" for one in deployments]
        _say(f"Deployments: {', '.join(sorted(listed))}")
        prefect = Path(sys.executable).with_name("prefect")
        _say("Start one there, or:")
        _say(f"  export PREFECT_API_URL={address}/api")
        _say(f"  {prefect} deployment run {min(listed)} --watch")
    _say("Ctrl-C stops all of it.")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
