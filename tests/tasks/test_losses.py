"""A worker that dies for good is told in words, whichever engine had it."""

import os
import signal
from pathlib import Path

import pytest
from prefect import flow

from schemas.errors import EvenkeelError
from tasks.clusters import ADDRESS
from tasks.engines import Engine
from tasks.environment import ENGINE
from tasks.flow_running import PrefectRunner
from tasks.losses import survived
from tasks.stage import stage


@stage("die")
def die(_number: int) -> None:
    """Die as a process does that the kernel kills."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_a_part_that_kills_every_worker_fails_the_stage_in_words(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENGINE, engine)
    monkeypatch.delenv(ADDRESS, raising=False)
    monkeypatch.setenv("DASK_TEMPORARY_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(os, "cpu_count", lambda: 1)

    @flow(name="losses", task_runner=Engine(), persist_result=False)
    def losses() -> None:
        PrefectRunner(0).map(die, [1])

    state = losses(return_state=True)
    assert state.is_failed()
    with pytest.raises(EvenkeelError, match=r"'die' lost a worker process.*threads"):
        state.result()


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), survived("resample"):
        raise ZeroDivisionError
