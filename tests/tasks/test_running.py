"""How stages are called: directly or as task runs, in order, to the first error."""

import errno
import logging
import os
import shutil
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect import State, flow, runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import TransientError, UserError
from tasks.algorithms.columns import source_schema
from tasks.algorithms.pace import Pace
from tasks.flow_running import PrefectRunner
from tasks.patience import STAGE_TIMEOUT
from tasks.planning import plan_resampling
from tasks.publishing import begin_attempt, discarded_on_error
from tasks.resampling import resample_shard
from tasks.running import DirectRunner, Runner
from tasks.stage import stage
from tasks.storage.shards import shards
from tasks.survey import survey_source
from tests.tasks.attempts import config_of

AT_ONCE = 0.0  # seconds between tries


@stage("halve")
def halve(number: int, by: int) -> int:
    """Divide without a rest, or fail."""
    if number % by:
        raise ArithmeticError(f"{number} is odd")
    return number // by


@stage("fetch")
def fetch(folder: Path, name: str, fails: int, error: type[Exception]) -> int:
    """Fail so many times; then give the number of tries."""
    tries = len(list(folder.glob(f"{name}-*"))) + 1
    (folder / f"{name}-{tries}").touch()
    if tries <= fails:
        raise error(f"try {tries}")
    return tries


@stage("forget")
def forget(number: int) -> int:
    """See that the server knows of no progress of this run any more."""
    run = UUID(str(runtime.flow_run.id))
    with get_client(sync_client=True) as client:
        mine = FlowRunFilter(id=FlowRunFilterId(any_=[run]))
        while number == 2:
            for artifact in client.read_artifacts(flow_run_filter=mine):
                client.delete_artifact(artifact.id)
                return number
    return number


@stage("spin")
def spin(seconds: int, marks: Path) -> None:
    """Leave a mark, and work on in small steps."""
    (marks / uuid4().hex).touch()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1_000))


def _in_flow(act: Callable[[PrefectRunner], object]) -> State[Any]:
    """Act inside a flow run, and give the state that the run ended in."""

    @flow(name="running", persist_result=False)
    def running() -> object:
        return act(PrefectRunner(AT_ONCE))

    return running(return_state=True)


def test_results_come_in_order_and_progress_is_told() -> None:
    told: list[tuple[str, Pace]] = []
    run = DirectRunner(lambda *said: told.append(said))
    assert run.map(halve, [8, 6, 4], 2) == [4, 3, 2]
    assert {(stage, pace.total) for stage, pace in told} == {("halve", 3)}
    assert [pace.done for _, pace in told] == [0, 1, 2, 3, 3]
    assert told[-1][1].over
    assert run(halve, 2, 2) == 1
    assert told[-1][1].over


def test_the_first_error_ends_the_rest() -> None:
    with pytest.raises(ArithmeticError, match="3 is odd"):
        DirectRunner().map(halve, [2, 3, 5], 2)


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("error", [TransientError, ConnectionError, TimeoutError])
def test_what_may_pass_is_tried_three_times_more(
    error: type[Exception], tmp_path: Path
) -> None:
    state = _in_flow(lambda run: run(fetch, tmp_path, "x", 3, error))
    assert state.result() == 4
    state = _in_flow(lambda run: run(fetch, tmp_path, "y", 4, error))
    with pytest.raises(error, match="try 4"):
        state.result()


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("error", [UserError, ValueError])
def test_what_stays_fails_at_once_in_words(
    error: type[Exception], tmp_path: Path
) -> None:
    state = _in_flow(lambda run: run(fetch, tmp_path, "x", 1, error))
    assert state.is_failed()
    assert f"{error.__name__}: try 1" in str(state.message)
    assert [path.name for path in tmp_path.iterdir()] == ["x-1"]


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_an_error_of_one_part_is_that_of_the_stage() -> None:
    state = _in_flow(lambda run: run.map(halve, [2, 3, 4], 2))
    with pytest.raises(ArithmeticError, match="3 is odd"):
        state.result()


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_a_stage_that_takes_too_long_is_stopped_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STAGE_TIMEOUT, "0.5")
    for tries, act in (
        (1, lambda run: run(spin, 1_000, tmp_path)),
        (1 + 3, lambda run: run.map(spin, [1_000, 0, 1_000], tmp_path)),
    ):
        state = _in_flow(act)
        assert state.is_failed()
        assert "'spin' was stopped, for it took longer than 0.5" in str(state.message)
        assert STAGE_TIMEOUT in str(state.message)
        assert len(list(tmp_path.iterdir())) == tries


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_resampling_is_stopped_in_the_middle_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {f"x{i}": np.random.default_rng(i).random(1_100_000) for i in range(12)}
    table = pa.table({**columns, "kind": columns["x0"] < 0.1})
    pq.write_table(table, tmp_path / "mixed.parquet")

    def resample(run: PrefectRunner) -> None:
        config = config_of(tmp_path, strategy={"kind": "random_over"}, ignore=())
        survey = run(survey_source, config)
        plan = run(plan_resampling, config, survey)
        attempt = run(begin_attempt, config, survey, plan, None)
        parts = shards(survey.rows, source_schema(survey))
        assert len(parts) == 2
        monkeypatch.setenv(STAGE_TIMEOUT, "0.4")
        with discarded_on_error(attempt):
            PrefectRunner().map(resample_shard, parts, survey, plan, attempt)

    state = _in_flow(resample)
    assert "'resample' was stopped" in str(state.message)
    assert list((tmp_path / "out" / "mixed" / "data").iterdir()) == []


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_timeouts_of_parts_bring_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        state = _in_flow(lambda run: run.map(halve, [2, 4], 2))
    assert state.result() == [1, 2]
    assert "worker thread" not in caplog.text


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_progress_that_cannot_be_shown_fails_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "tasks.progress_artifact"):
        state = _in_flow(lambda run: run.map(forget, [2, 4, 6]))
    assert state.result() == [2, 4, 6]
    assert caplog.text.count("its progress is not shown any more") == 1


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_any_stage_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the disk fails once, the run goes on, and no trace of it is left."""
    fsync, calls, failing = os.fsync, count(1), [0]

    def fail_once(handle: int) -> None:
        if next(calls) in failing:
            failing.clear()
            raise OSError(errno.EIO, "Input/output error")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", fail_once)
    expected = _files(config_of(tmp_path), DirectRunner())
    steps = next(calls)
    assert steps > 20
    for step in range(1, steps, 4):
        calls, failing = count(1), [step]
        shutil.rmtree(tmp_path / "out")
        state = _in_flow(partial(_files, config_of(tmp_path)))
        assert state.result() == expected
        # Threads that make one folder both sync it or not: a run may have fewer steps.
        assert not failing or next(calls) <= step
        (version,) = (tmp_path / "out" / "mixed" / "data").iterdir()
        found = {path for path in version.rglob("*") if path.is_file()}
        assert {path.relative_to(version).as_posix() for path in found} == {*expected}


def _files(config: BalanceConfig, run: Runner) -> dict[str, str]:
    outcome = balance_dataset(config, run)
    return {e.path.split("/", 2)[2]: e.sha256 for e in outcome.manifest.files}
