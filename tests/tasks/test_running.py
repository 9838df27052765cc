"""The direct runner: order kept, progress told, the first error ends the rest."""

import threading

import pytest
from prefect import task

from schemas.errors import UserError
from tasks.running import DirectRunner


@task(name="double")
def double(item: int, times: int) -> int:
    """Give the item so many times over."""
    return item * times


def test_results_keep_the_order_of_the_items() -> None:
    assert DirectRunner().map(double, list(range(50)), 2) == list(range(0, 100, 2))
    assert DirectRunner().map(double, [], 2) == []
    assert DirectRunner()(double, 4, 3) == 12


def test_progress_is_told_from_none_to_all() -> None:
    told: list[tuple[str, int, int]] = []
    run = DirectRunner(lambda *facts: told.append(facts))
    run.map(double, [1, 2], 2)
    run(double, 1, 2)
    counts = [("double", 0, 2), ("double", 1, 2), ("double", 2, 2)]
    assert told == [*counts, ("double", 0, 1), ("double", 1, 1)]


def test_the_first_error_ends_the_rest() -> None:
    started: list[int] = []
    gate = threading.Event()

    @task(name="fail")
    def fail(item: int) -> None:
        started.append(item)
        if item == 0:
            raise UserError("the first part is broken")
        gate.wait(0.2)

    with pytest.raises(UserError, match="first part"):
        DirectRunner().map(fail, list(range(200)))
    assert len(started) < 200
