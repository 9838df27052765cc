"""Runs of one dataset take turns, and no trouble with turns is one of the run."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from prefect import State, flow
from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency

from tasks.turns import turn

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

LONG = 120.0  # seconds that a busy machine may need


def _in_flow(act: Callable[[], object]) -> State[Any]:
    @flow(name="turns", persist_result=False)
    def turns() -> object:
        return act()

    return turns(return_state=True)


def _taken(dataset: str) -> int:
    with get_client(sync_client=True) as client:
        name = f"evenkeel.dataset.{dataset}"
        limit = client.read_global_concurrency_limit_by_name(name)
        assert limit.limit == 1
        return limit.active_slots


def test_runs_of_one_dataset_never_work_at_once() -> None:
    start, lock, together = threading.Barrier(3), threading.Lock(), []

    def work() -> None:
        start.wait(LONG)
        with turn("shared"):
            together.append(lock.acquire(blocking=False))
            assert _taken("shared") == 1
            lock.release()

    with ThreadPoolExecutor(3) as pool:
        states = list(pool.map(_in_flow, [work] * 3))
    assert [state.type.value for state in states] == ["COMPLETED"] * 3
    assert together == [True] * 3
    assert _taken("shared") == 0


def test_the_second_says_that_it_waits(caplog: pytest.LogCaptureFixture) -> None:
    begun, done = threading.Event(), threading.Event()

    def first() -> None:
        with turn("long"):
            begun.set()
            assert done.wait(LONG)

    def second() -> None:
        with turn("long"):
            assert done.is_set()

    with caplog.at_level(logging.INFO), ThreadPoolExecutor(2) as pool:
        one = pool.submit(_in_flow, first)
        assert begun.wait(LONG)
        other = pool.submit(_in_flow, second)
        while "another run is at work, waiting" not in caplog.text:
            assert not other.done()
        done.set()
        assert one.result(LONG).is_completed()
        assert other.result(LONG).is_completed()


def test_datasets_do_not_wait_for_each_other() -> None:
    def nested() -> None:
        with turn("one"), turn("two"):
            assert _taken("one") == _taken("two") == 1

    assert _in_flow(nested).is_completed()


def test_a_failing_run_ends_its_turn() -> None:
    def fail() -> None:
        with turn("failing"):
            raise KeyError("it fails")

    with pytest.raises(KeyError, match="it fails"):
        _in_flow(fail).result()
    assert _taken("failing") == 0


def test_a_slot_that_nobody_gives_back_is_freed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def impatient() -> bool:
        with turn("lost", patience=1):
            return True

    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name("evenkeel.dataset.lost", 1)
    with concurrency("evenkeel.dataset.lost"):
        assert _taken("lost") == 1
        assert _in_flow(impatient).result()
        assert "no turn came in 1 seconds, going on without" in caplog.text
        assert _taken("lost") == 0


def test_a_run_goes_on_where_no_turns_are_to_be_had(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refused() -> bool:
        with turn("no/name"):
            return True

    assert _in_flow(refused).result()
    assert "taking turns failed, going on without" in caplog.text
