"""Stages: plain functions until a flow run asks for the task."""

import pickle
from dataclasses import replace

import pytest
from prefect import Task, flow, runtime
from prefect.cache_policies import NO_CACHE

from tasks.stage import stage


def _run_name() -> str:
    return f"about {runtime.task_run.parameters['number']}"


@stage("halve", run_name="halve {number}")
def halve(number: int) -> float:
    """Divide by two."""
    return number / 2


@stage("tell", run_name=_run_name)
def tell(number: int) -> tuple[str, int]:
    """Tell the name of the task run."""
    return str(runtime.task_run.name), number


def _double(number: int) -> float:
    return number * 2


def test_a_stage_is_its_function_and_a_task() -> None:
    assert halve.fn(3) == 1.5
    assert isinstance(halve.task, Task)
    assert halve.task is halve.task
    assert (halve.name, halve.task.name) == ("halve", "halve")
    assert halve.task.task_run_name == "halve {number}"
    assert halve.task.description == "Divide by two."


def test_prefect_keeps_no_result_of_a_stage() -> None:
    assert halve.task.cache_policy is NO_CACHE
    assert not halve.task.persist_result


def test_another_function_makes_another_task() -> None:
    assert halve.task.fn is halve.fn
    other = replace(halve, fn=_double)
    assert other.task.fn is _double
    assert other.task.name == "halve"


def test_what_a_stage_was_asked_for_does_not_show() -> None:
    fresh = stage("plain")(_double)
    asked = stage("plain")(_double)
    assert isinstance(asked.task, Task)
    assert fresh == asked
    assert pickle.loads(pickle.dumps(fresh)) == asked


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_calling_a_stage_in_a_flow_runs_the_task() -> None:
    @flow(name="calling", persist_result=False)
    def calling() -> tuple[float, tuple[str, int]]:
        return halve(3), tell(5)

    assert calling() == (1.5, ("about 5", 5))
