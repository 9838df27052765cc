"""Prefect processes of this machine: a server, a worker, Prefect's own commands.

What they are brought up for is serving's; what they run, prefect.yaml's.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from schemas.errors import EvenkeelError

HOST = "127.0.0.1"
POOL = "balance-pool"
_PORT = 4200  # Prefect's own
_PATIENCE = 180  # seconds; a loaded machine needs most of a minute
_GRACE = 20  # seconds from the request to stop to the end


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
        process = start(command, settings, output=output)
    try:
        wait(process, address, log)
        yield address
    finally:
        end(process)


@contextmanager
def worker(settings: Mapping[str, str], folder: Path) -> Iterator[int]:
    """Start a process worker of the pool, and stop it in the end.

    Args:
        settings: Its environment, over this process's: PREFECT_API_URL at least.
        folder: Where it is started; its log is worker.log there. Not the project's:
            prefect.yaml tells where that lies.

    Yields:
        Its process id.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = ["prefect", "worker", "start", "--pool", POOL, "--type", "process"]
    with (folder / "worker.log").open("ab") as output:
        process = start(command, settings, output=output, folder=folder)
    try:
        yield process.pid
    finally:
        end(process)


def prefect(settings: Mapping[str, str], folder: Path, *words: str) -> str:
    """Call Prefect's command line and wait for it.

    Args:
        settings: Its environment, over this process's.
        folder: Where it is called.
        words: Of the command, without the program.

    Returns:
        What it printed.

    Raises:
        EvenkeelError: It failed; has all it said.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "prefect", "--no-prompt", *words],
        cwd=folder,
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    if done.returncode:
        said = done.stdout + done.stderr
        raise EvenkeelError(f"'prefect {' '.join(words)}' failed:\n{said}")
    return done.stdout


def start(
    module: Sequence[str],
    settings: Mapping[str, str],
    *,
    output: IO[bytes] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a Python module that no Ctrl-C reaches: this process alone stops it.

    Args:
        module: Its name and arguments.
        settings: Its environment, over this process's.
        output: Where it writes; this process's output when not given.
        folder: Where it is started; here when not given.

    Returns:
        The process, the first of a group of its own.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", *module],
        cwd=folder,
        env={**os.environ, **settings},
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end; after a while, make it."""
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
