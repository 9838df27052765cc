"""Prefect processes of this machine: a server, a worker, Prefect's own commands.

What they are brought up for is serving's; what they run, prefect.yaml's.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flows.processes import running
from schemas.errors import EvenkeelError

HOST = "127.0.0.1"
POOL = "balance-pool"
_LEASES = "prefect.server.concurrency.lease_storage.filesystem"
_PATIENCE = 180  # seconds; a loaded machine needs most of a minute


@contextmanager
def server(
    home: Path,
    rest: Callable[[float], None] = time.sleep,
    port: int | None = None,
) -> Iterator[str]:
    """Start a Prefect server on this machine alone, and stop it in the end.

    Args:
        home: Where Prefect keeps its database, and this its log, ui.log.
        rest: Rests between looks whether it answers; may raise to give up.
        port: Where it listens; any free one when not given.

    Yields:
        The address, http://HOST:PORT.

    Raises:
        EvenkeelError: It ended, or did not answer in time; names its log.
    """
    port = port or free_port()
    address = f"http://{HOST}:{port}"
    home.mkdir(parents=True, exist_ok=True)
    log = home / "ui.log"
    settings = {
        "PREFECT_HOME": str(home),
        # Else the pages would ask for data at port 4200.
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # In memory, the default, a restart forgets who holds a slot but not that it is
        # taken: every later run would wait for it.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": _LEASES,
        "DO_NOT_TRACK": "1",
    }
    command = ["prefect", "server", "start", "--host", HOST, "--port", str(port)]
    with (
        log.open("wb") as output,
        running(command, settings, output=output) as process,
    ):
        wait(process, address, log, rest)
        yield address


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
    with (
        (folder / "worker.log").open("ab") as output,
        running(command, settings, output=output, folder=folder) as process,
    ):
        yield process.pid


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


def free_port(preferred: int = 0) -> int:
    """Find a port of this machine that is free.

    Args:
        preferred: Taken if it is free. Servers that start at the same moment would all
            find it so, and all but one fail: by default it is any port.
    """
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EvenkeelError("no port is free on this machine")


def wait(
    process: subprocess.Popen[bytes],
    address: str,
    log: Path,
    rest: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until a server answers.

    Args:
        process: The server's.
        address: Of the server.
        log: What the error names.
        rest: Rests for some seconds; may raise to give up.

    Raises:
        EvenkeelError: It ended, or did not answer in time; names its log.
    """
    patient_until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < patient_until:
        if healthy(address):
            return
        rest(0.2)
    raise EvenkeelError(f"the Prefect server did not start; its log is {str(log)!r}")


def healthy(address: str) -> bool:
    """Tell whether a server answers, and is well.

    Args:
        address: http://HOST:PORT.
    """
    try:
        with urlopen(f"{address}/api/health", timeout=5) as answer:  # noqa: S310 - http to this machine
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, TimeoutError, ConnectionError):
        return False
