"""`evenkeel ui`: a Prefect server of one's own, with a run of balance to look at.

The server is Prefect's; where its history lies is PREFECT_HOME. Deployments and
workers are prefect.yaml's concern.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

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
    signal.signal(signal.SIGTERM, _stop)
    try:
        with server() as address:
            _say(f"Prefect UI:  {address}")
            _say(f"This run:    {address}/v2/runs/flow-run/{_run(config)}")
            _say("Ctrl-C stops the server.")
            signal.pause()
    except KeyboardInterrupt:
        _say("Stopped.")


def _run(config: BalanceConfig) -> object:
    """Make a flow run, whether it fails or not, and give its id."""
    from flows.balance import balance  # noqa: PLC0415 - Prefect reads its settings then

    state = balance(config, force=True, return_state=True)
    return state.state_details.flow_run_id


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def server() -> Iterator[str]:
    """Start a Prefect server on this machine alone, and stop it in the end.

    The environment of this process names it; what imports Prefect later talks to it.

    Yields:
        Its address, http://HOST:PORT.

    Raises:
        EvenkeelError: It ended, or did not answer in time; names its log.
    """
    port = free_port()
    address = f"http://{HOST}:{port}"
    os.environ["PREFECT_API_URL"] = f"{address}/api"
    log = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser() / "ui.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed words
            [*_COMMAND, "--port", str(port)],
            env={**os.environ, **_SETTINGS},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process alone, which stops it
        )
    try:
        _wait(process, address, log)
        yield address
    finally:
        _end(process)


_COMMAND = (sys.executable, "-m", "prefect", "server", "start", "--host", HOST)
_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "DO_NOT_TRACK": "1",
}


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


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
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
