"""Engines: who works, on how much at once, and how errors come back, on each."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect import State, flow
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings

from flows.arrival import balance_arrived
from flows.balance import balance
from flows.watch import watch
from schemas.errors import EvenkeelError, TransientError, UserError
from tasks.clusters import ADDRESS
from tasks.engines import Engine
from tasks.environment import ENGINE, engine_name, needs_flow_run
from tasks.flow_running import PrefectRunner
from tasks.patience import STAGE_TIMEOUT
from tasks.stage import stage

ENGINES = ["threads", "processes", "dask"]
flow_runs = pytest.mark.prefect
with_server = pytest.mark.usefixtures("prefect_server")


@stage("mark")
def mark(number: int, folder: Path, seconds: float) -> int:
    """Leave a mark, work a while, and leave another; fail if negative."""
    (folder / f"{number} begun by {os.getpid()}").touch()
    if number < 0:
        raise UserError(f"{number} is below 0", "and stays so")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1_000))
    (folder / f"{number} ended").touch()
    return os.getpid()


@stage("fetch")
def fetch(name: str, folder: Path, fails: int) -> int:
    """Fail so many times; then give the number of tries."""
    tries = len(list(folder.glob(f"{name}-*"))) + 1
    (folder / f"{name}-{tries}").touch()
    if tries <= fails:
        raise TransientError(f"try {tries}")
    return tries


@stage("served")
def served(_number: int) -> str:
    """Tell which server the process of a task talks to."""
    return str(get_current_settings().api.url)


@pytest.fixture(params=ENGINES)
def chosen(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Name an engine of two workers in the environment."""
    name = str(request.param)
    monkeypatch.setenv(ENGINE, name)
    monkeypatch.delenv(ADDRESS, raising=False)
    monkeypatch.setenv("DASK_TEMPORARY_DIRECTORY", str(tmp_path / "dask"))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return name


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    folder = tmp_path / uuid4().hex
    folder.mkdir()
    return folder


def _in_flow(act: Callable[[PrefectRunner], object]) -> State[Any]:
    """Act inside a flow run, and give the state that the run ended in."""

    @flow(name="engines", task_runner=Engine(), persist_result=False)
    def engines() -> object:
        return act(PrefectRunner(0))

    return engines(return_state=True)


def _names(folder: Path, end: str) -> set[str]:
    return {path.name.split()[0] for path in folder.glob(f"* {end}*")}


@pytest.mark.parametrize("one", [balance, balance_arrived, watch])
def test_every_flow_that_maps_has_an_engine(one: object) -> None:
    assert isinstance(one.task_runner, Engine)  # type: ignore[attr-defined] # of any parameters


@pytest.mark.parametrize("unset", ["", "  ", "threads"])
def test_threads_are_the_default(unset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENGINE, unset)
    assert engine_name() == "threads"


def test_an_engine_or_a_server_asks_for_a_flow_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:1/api"}):
        assert needs_flow_run()
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert not needs_flow_run()
        monkeypatch.setenv(ENGINE, "processes")
        assert needs_flow_run()
        monkeypatch.setenv(ENGINE, "Processes")
        with pytest.raises(UserError, match="Give one of threads, processes, dask"):
            needs_flow_run()


@flow_runs
@with_server
def test_no_more_parts_than_cores_are_at_work_and_all_give_results(
    chosen: str, marks: Path
) -> None:
    state = _in_flow(lambda run: run.map(mark, list(range(9)), marks, 0.1))
    workers = state.result()
    assert len(_names(marks, "ended")) == len(workers) == 9
    assert (set(workers) == {os.getpid()}) == (chosen == "threads")
    assert len(set(workers)) <= 2


@flow_runs
@with_server
@pytest.mark.usefixtures("chosen")
def test_what_has_not_begun_is_cancelled_and_the_rest_ends(marks: Path) -> None:
    state = _in_flow(lambda run: run.map(mark, [-1, *range(40)], marks, 0.5))
    assert state.is_failed()
    with pytest.raises(UserError) as caught:
        state.result()
    assert caught.value.args == ("-1 is below 0", "and stays so")
    begun, ended = _names(marks, "begun"), _names(marks, "ended")
    assert begun == {"-1", *ended}
    assert len(ended) < 20


@flow_runs
@with_server
@pytest.mark.usefixtures("chosen")
def test_what_may_pass_is_tried_three_times_more(marks: Path) -> None:
    assert _in_flow(lambda run: run.map(fetch, ["x", "y"], marks, 3)).result() == [4, 4]
    state = _in_flow(lambda run: run.map(fetch, ["z"], marks, 4))
    with pytest.raises(TransientError, match="try 4"):
        state.result()


@flow_runs
@with_server
@pytest.mark.usefixtures("chosen")
def test_a_stage_that_takes_too_long_is_stopped_in_words(
    marks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STAGE_TIMEOUT, "0.5")
    state = _in_flow(lambda run: run.map(mark, [1, 2], marks, 1_000))
    assert state.is_failed()
    with pytest.raises(EvenkeelError, match=r"'mark' was stopped.* 0\.5 seconds"):
        state.result()
    assert not _names(marks, "ended")


@flow_runs
@with_server
@pytest.mark.usefixtures("chosen")
def test_all_talk_to_the_server_of_the_run() -> None:
    here = str(get_current_settings().api.url)
    assert set(_in_flow(lambda run: run.map(served, [1, 2, 3])).result()) == {here}
