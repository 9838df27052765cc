"""A flow works on as many parts at once as there are cores, and not on all."""

import os
import threading
import time
from pathlib import Path

import pytest
from prefect import flow, task

from flows.arrival import balance_arrived
from flows.balance import balance
from flows.watch import watch
from tasks.engines import engine

pytestmark = pytest.mark.prefect


@pytest.mark.usefixtures("prefect_server")
def test_no_more_parts_than_cores_are_at_work(tmp_path: Path) -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    @task
    def part(number: int) -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.05)
        (tmp_path / str(number)).touch()
        with lock:
            at_work -= 1

    @flow(task_runner=engine())
    def parts() -> None:
        part.map(list(range(30))).result()

    parts()
    assert len(list(tmp_path.iterdir())) == 30
    assert most <= (os.cpu_count() or 1)


@pytest.mark.parametrize("one", [balance, balance_arrived, watch])
def test_every_flow_that_maps_is_bounded(one: object) -> None:
    assert one.task_runner == engine()  # type: ignore[attr-defined] # of any parameters
