"""Engines: what runs the task runs of a flow. What they do never depends on it."""

import os
from typing import Any, cast

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

Engine = TaskRunner[PrefectFuture[Any]]


def engine() -> Engine:
    """Give as many threads as there are cores.

    Prefect's own pool has no limit: a table of 60 parts would hold 60 in memory.
    """
    # Prefect types what a flow takes by the futures' base, which is invariant.
    return cast("Engine", ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1))
