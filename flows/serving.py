"""`evenkeel ui`: a Prefect server of one's own, with a run of balance to look at.

The server is Prefect's; where its history lies is PREFECT_HOME. Deployments and
workers are prefect.yaml's concern.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import Request, urlopen

from schemas.config import BalanceConfig
from schemas.errors import EvenkeelError

HOST = "127.0.0.1"
_PORT = 4200  # Prefect's own
_PATIENCE = 180  # seconds; a loaded machine needs most of a minute
_GRACE = 20  # seconds from the request to stop to the end


def serve(config: BalanceConfig) -> None:
    """Serve the Prefect UI, make one flow run to look at, and serve on until stopped.

    Args:
        config: What the run balances.

    Raises:
        EvenkeelError: The server did not start.
    """
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    signal.signal(signal.SIGTERM, _stop)
    with suppress(KeyboardInterrupt), server(home) as address:
        _say(f"Prefect UI:  {address}")
        _run(config, address, home)
        _say(f"This run:    {address}/v2/runs/flow-run/{_latest_run(address)}")
        _say("Ctrl-C stops the server.")
        signal.pause()
    _say("Stopped.")


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _run(config: BalanceConfig, address: str, home: Path) -> None:
    """Make a flow run, whether it fails or not.

    In a process of its own: Prefect would keep a signal that comes in the middle of a
    task for itself, as a failure of the task.
    """
    request = home / "ui.json"
    request.write_text(config.model_dump_json(), encoding="utf-8")
    process = _start(
        ["flows.cli", "run", "--config", str(request), "--prefect", "--force"],
        {"PREFECT_API_URL": f"{address}/api"},
    )
    try:
        process.wait()
    finally:
        _end(process)


def _latest_run(address: str) -> str:
    """Ask for the id of the flow run that started last."""
    # Scheduled runs would come first, by the time when they are due.
    started = {"start_time": {"is_null_": False}}
    asked = {"flow_runs": started, "sort": "START_TIME_DESC", "limit": 1}
    request = Request(  # noqa: S310 - http to this machine
        f"{address}/api/flow_runs/filter",
        data=json.dumps(asked).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        return str(json.load(answer)[0]["id"])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def server(home: Path) -> Iterator[str]:
    """Start a Prefect server on this machine alone, and stop it in the end.

    Args:
        home: Where Prefect keeps its database, and this its log, ui.log.

    Yields:
        The address, http://HOST:PORT.

    Raises:
        EvenkeelError: It ended, or did not answer in time; names its log.
    """
    port = free_port()
    address = f"http://{HOST}:{port}"
    home.mkdir(parents=True, exist_ok=True)
    log = home / "ui.log"
    settings = {
        "PREFECT_HOME": str(home),
        # Else the pages would ask for data at port 4200.
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
    }
    command = ["prefect", "server", "start", "--host", HOST, "--port", str(port)]
    with log.open("wb") as output:
        process = _start(command, settings, output)
    try:
        wait(process, address, log)
        yield address
    finally:
        _end(process)


def _start(
    module: Sequence[str], settings: Mapping[str, str], output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start a Python module that no Ctrl-C reaches: this process alone stops it."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", *module],
        env={**os.environ, **settings},
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def free_port() -> int:
    """Find a port of this machine: Prefect's own if it is free, else any other."""
    for port in (_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EvenkeelError("no port is free on this machine")


def wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Wait until a server answers.

    Raises:
        EvenkeelError: It ended, or did not answer in time; names its log.
    """
    patient_until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < patient_until:
        if _healthy(address):
            return
        time.sleep(0.2)
    raise EvenkeelError(f"the Prefect server did not start; its log is {str(log)!r}")


def _healthy(address: str) -> bool:
    try:
        with urlopen(f"{address}/api/health", timeout=5) as answer:  # noqa: S310 - http to this machine
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, TimeoutError, ConnectionError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
