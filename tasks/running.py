"""How stages are called: directly, or as Prefect task runs. Which stages is a flow's.

The same page of stages serves both, because a temporary Prefect server would cost a
laptop user 15 to 20 seconds on every run.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from prefect import Task, get_run_logger, unmapped
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import PrefectFuture, as_completed

from tasks.algorithms.narration import narrate

R = TypeVar("R")
Progress = Callable[[str, int, int], None]
"""Told the name of a stage, the parts that are done, and how many there are."""


class Runner(Protocol):
    """Calls a stage once, or once for each item."""

    def __call__(self, stage: Task[..., R], *args: Any) -> R:  # noqa: ANN401 - the stage's own
        """Call a stage and give its result."""
        ...

    def map(self, stage: Task[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Call a stage with each item and the same other arguments, in order."""
        ...


def silent(_stage: str, _done: int, _total: int) -> None:
    """Report no progress."""


class DirectRunner:
    """Calls the plain functions behind the tasks, on as many threads as cores."""

    def __init__(self, progress: Progress = silent) -> None:
        """Report progress to a callable."""
        self._progress = progress

    def __call__(self, stage: Task[..., R], *args: Any) -> R:  # noqa: ANN401 - the stage's own
        """Call a stage and give its result."""
        self._progress(stage.name, 0, 1)
        result = stage.fn(*args)
        self._progress(stage.name, 1, 1)
        return result

    def map(self, stage: Task[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Call a stage with each item; the first error ends the rest."""
        results: list[R] = []
        self._progress(stage.name, 0, len(items))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            futures = [pool.submit(stage.fn, item, *args) for item in items]
            try:
                for future in futures:
                    results.append(future.result())
                    self._progress(stage.name, len(results), len(items))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return results


class PrefectRunner:
    """Calls the tasks themselves, inside a flow run, and logs what each stage found."""

    def __call__(self, stage: Task[..., R], *args: Any) -> R:  # noqa: ANN401 - the stage's own
        """Call a stage as a task run of the stage's name."""
        result = stage.with_options(task_run_name=stage.name)(*args)
        _log(stage.name, result)
        return result

    def map(self, stage: Task[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Submit a task run for each item, with a progress artifact for several."""
        futures = stage.map(list(items), *map(unmapped, args))
        if len(futures) > 1:
            _follow(stage.name, list(futures))
        results = [future.result() for future in futures]
        _log(stage.name, results)
        return results


def _log(stage: str, found: object) -> None:
    if line := narrate(found):
        get_run_logger().info("%s: %s", stage, line)


def _follow(stage: str, futures: list[PrefectFuture[Any]]) -> None:
    """Keep a progress artifact until the last part is done."""
    count = len(futures)
    artifact = create_progress_artifact(0.0, description=f"{stage}: 0 of {count} done")
    for done, _ in enumerate(as_completed(futures), 1):
        update_progress_artifact(
            # Prefect types what its sync wrapper returns as a coroutine too.
            cast("UUID", artifact),
            100 * done / count,
            description=f"{stage}: {done} of {count} done",
        )
