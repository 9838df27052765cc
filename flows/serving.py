"""`evenkeel ui`: a Prefect server of one's own, with a run of balance to look at.

The server is Prefect's; where its history lies is PREFECT_HOME. Deployments and
workers are prefect.yaml's concern.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

from flows.servers import end, server, start
from schemas.config import BalanceConfig


def serve(config: BalanceConfig) -> None:
    """Serve the Prefect UI, make one flow run to look at, and serve on until stopped.

    Args:
        config: What the run balances.

    Raises:
        EvenkeelError: The server did not start.
    """
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    # A shell's background job ignores Ctrl-C, and so would all that is started here.
    for request in (signal.SIGINT, signal.SIGTERM):
        signal.signal(request, _stop)
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
    process = start(
        ["flows.cli", "run", "--config", str(request), "--prefect", "--force"],
        {"PREFECT_API_URL": f"{address}/api"},
    )
    try:
        process.wait()
    finally:
        end(process)


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
