"""A run whose process was killed is shown as crashed; no other run is."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient

from flows.automations import DIED, mark_dead_runs, upsert
from flows.servers import server
from tests.datasets import request
from tests.prefect_home import prefect_home
from tests.project import ROOT, Project, until

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(600)]

WITHIN = 45
"""Seconds of patience; heartbeats come every 30, which is Prefect's shortest."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Serve with the automation, its patience cut short."""
    folder = tmp_path_factory.mktemp("died")
    with server(prefect_home(folder / "home")) as address:
        settings = {
            "PREFECT_API_URL": f"{address}/api",
            "PREFECT_HOME": str(folder / "client"),
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            # The run that is killed has more to do than it will ever finish.
            "EVENKEEL_MEMORY_LIMIT": "1000000GB",
            "EVENKEEL_ACCELERATE": "0",
            "LOKY_MAX_CPU_COUNT": "1",  # other tests want the cores
        }
        with SyncPrefectClient(f"{address}/api") as client:
            assert upsert(client, mark_dead_runs(timedelta(seconds=WITHIN))) == "made"
        yield Project(address, ROOT, folder, settings)


@contextmanager
def _balancing(
    site: Project, name: str, **evaluation: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Call `evenkeel run --prefect`, which no worker watches over."""
    config = request(name, site.elsewhere / "out", evaluation=evaluation)
    file = site.elsewhere / f"{name}.json"
    file.write_text(config.model_dump_json())
    words = ["flows.cli", "run", "--config", str(file), "--prefect"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, **site.settings},
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _stand_back(process: int) -> None:
    """Let other tests have the cores meanwhile, and the process what they leave."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        with suppress(ProcessLookupError):  # it has just ended
            os.setpriority(os.PRIO_PROCESS, int(thread.name), 10)


def _run_of(site: Project, dataset: str) -> dict[str, Any] | None:
    found = [run for run in site.runs("balance") if f" {dataset} " in run["name"]]
    return found[0] if found else None


def _heartbeats(site: Project, run: dict[str, Any]) -> int:
    sent = site.events("prefect.flow-run.heartbeat")
    return json.dumps(sent).count(f'"prefect.flow-run.{run["id"]}"')


def test_only_a_run_whose_process_was_killed_is_marked_as_crashed(
    site: Project,
) -> None:
    with _balancing(site, "glass") as process:
        assert process.wait(200) == 0
    with _balancing(site, "adult", trees=1_000_000) as process:
        run = until(lambda: _run_of(site, "adult"), "the run")
        _stand_back(process.pid)
        # Three heartbeats take longer than the patience: it outlived that.
        until(lambda: _heartbeats(site, run) >= 3, "its heartbeats", 200)
        assert site.runs("balance")[0]["state_name"] == "Running"
        process.kill()

    def crashed() -> dict[str, Any] | None:
        seen = _run_of(site, "adult")
        return seen if seen and seen["state_type"] != "RUNNING" else None

    dead = until(crashed, "the dead run to be marked", 200)
    assert (dead["state_name"], dead["state"]["message"]) == ("Crashed", DIED)
    ended = _run_of(site, "glass")
    assert ended
    assert ended["state_name"] == "Completed"
