"""Runs at once never claim more memory together than there is, and all get theirs."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.records import Outcome
from tasks.batch import balance_each
from tasks.running import DirectRunner
from tasks.sharing import SharedMemory, room
from tasks.storage.memory import LIMIT
from tasks.storage.threads import on_threads
from tests.datasets import request

THERE, COMMON = 100, 10
LONG = 60.0  # seconds that a busy machine may need


@settings(max_examples=50)
@given(needs=st.lists(st.integers(0, 200), max_size=8), at_once=st.integers(1, 8))
def test_claims_fit_together_or_are_alone(needs: Sequence[int], at_once: int) -> None:
    memory, lock = SharedMemory(), threading.Lock()
    held: list[int] = []
    seen: list[list[int]] = []

    def work(own: int) -> int | None:
        with memory.for_a_run():
            there = room(COMMON, own, lambda: THERE)
            with lock:
                held.append(own)
                seen.append(list(held))
            with lock:
                held.remove(own)
            return there

    assert on_threads(work, needs, at_once) == [THERE] * len(needs)
    assert all(len(one) == 1 or COMMON + sum(one) <= THERE for one in seen)


def test_a_run_by_itself_and_one_that_cannot_be_told_wait_for_nobody() -> None:
    assert room(1, 10**9, lambda: 5) == 5
    memory = SharedMemory()
    with memory.for_a_run():
        assert room(1, 10**9, lambda: 5) == 5  # none is at work beside it
        with memory.for_a_run():
            assert room(1, 1, lambda: None) is None


def test_a_second_claim_of_a_run_replaces_the_first() -> None:
    """A stage that is tried again asks again."""
    with SharedMemory().for_a_run():
        for _ in range(3):
            assert room(COMMON, 80, lambda: THERE) == THERE


def test_a_run_that_fits_only_alone_waits_for_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each needs more than half of what the limit leaves beside the program."""
    monkeypatch.setenv(LIMIT, "400MB")
    plain = {"evaluation": {"evaluator": "none"}, "strategy": {"kind": "random_over"}}
    first, second = (request(name, tmp_path, **plain) for name in ("glass", "ecoli"))
    at_work, through = threading.Event(), threading.Event()

    def balance_one(place: int, config: BalanceConfig) -> Outcome:
        if place == 1:
            assert at_work.wait(LONG)
        outcome = balance_dataset(config, DirectRunner())
        if place == 0:
            at_work.set()  # its claim is held until this returns
            assert not through.wait(1)
        else:
            through.set()
        return outcome

    ended = balance_each([first, second], balance_one, 2)
    assert [one.status for one in ended] == ["published", "published"]
