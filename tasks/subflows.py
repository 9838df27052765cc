"""Subflows: runs of a flow inside of another, several at once.

What is run is a flow's to say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prefect import Flow, Task
from prefect.context import FlowRunContext


@contextmanager
def numbered(flow: Flow[..., Any], place: int) -> Iterator[None]:
    """Have the run of a flow that is called in the body be this one of its parent's.

    Prefect counts the subflows of a run to tell them apart, without a lock: two that
    begin at once on two threads may get one number, and then one of them is never run.
    Numbered by its place, each is also found again where its parent is retried.

    Args:
        flow: Is called once in the body.
        place: 0, 1, ... for each call of that flow in a run.
    """
    run = FlowRunContext.get()
    if run is None:
        yield
        return
    key = Task(name=flow.name, fn=flow.fn).task_key
    # Prefect adds one to the number that it finds, and begins with 0.
    used = {key: place - 1} if place else {}
    with run.model_copy(update={"task_run_dynamic_keys": used}):
        yield
