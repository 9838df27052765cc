"""How stages are called: directly, or as Prefect task runs. Which stages is a flow's.

The same page of stages serves both, because a temporary Prefect server would cost a
laptop user 15 to 20 seconds on every run. How often and how long a stage is tried is
said in patience.
"""

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from prefect import Task, get_run_logger, unmapped
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import PrefectFuture, PrefectWrappedFuture, wait

from tasks.algorithms.narration import narrate
from tasks.credentials import with_grants
from tasks.patience import BACKOFF, explained, patient, stage_timeout

logger = logging.getLogger(__name__)

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
        result = with_grants(stage).fn(*args)
        self._progress(stage.name, 1, 1)
        return result

    def map(self, stage: Task[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Call a stage with each item; the first error ends the rest."""
        results: list[R] = []
        self._progress(stage.name, 0, len(items))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            work = with_grants(stage).fn
            futures = [pool.submit(work, item, *args) for item in items]
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

    def __init__(self, backoff: float = BACKOFF) -> None:
        """Settle how often and how long each stage is tried.

        Args:
            backoff: Seconds before the second try of what may pass, about.

        Raises:
            UserError: The environment names no limit that is one.
        """
        self._backoff = backoff
        self._limit = stage_timeout()

    def __call__(self, stage: Task[..., R], *args: Any) -> R:  # noqa: ANN401 - the stage's own
        """Call a stage as a task run of the stage's name."""
        tried = patient(with_grants(stage), self._backoff, self._limit)
        with explained(stage.name, self._limit):
            result = tried.with_options(task_run_name=stage.name)(*args)
        _log(stage.name, result)
        return result

    def map(self, stage: Task[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Submit a task run for each item, with a progress artifact for several."""
        tried = patient(with_grants(stage), self._backoff, self._limit)
        with explained(stage.name, self._limit):
            futures = tried.map(list(items), *map(unmapped, args))
            results = _collect(stage.name, list(futures))
        _log(stage.name, results)
        return results


def _collect(stage: str, futures: Sequence[PrefectFuture[R]]) -> list[R]:
    """Wait for all parts; after the first error those that have not begun never do."""
    results: list[R] = []
    follow = _follower(stage, len(futures))
    try:
        for future in futures:
            results.append(future.result())
            follow(len(results))
    except BaseException:
        for future in futures:
            if isinstance(future, PrefectWrappedFuture):
                future.wrapped_future.cancel()
        wait(list(futures))  # what still writes must not outlive what it writes to
        raise
    return results


def _log(stage: str, found: object) -> None:
    if line := narrate(found):
        get_run_logger().info("%s: %s", stage, line)


def _follower(stage: str, count: int) -> Callable[[int], None]:
    """Make what keeps a progress artifact where there are several parts.

    It is a courtesy: when the API does not take it, the run goes on without.
    """
    artifact: UUID | None = None
    wanted = count > 1

    def follow(done: int) -> None:
        nonlocal artifact, wanted
        if not wanted:
            return
        share, said = 100 * done / count, f"{stage}: {done} of {count} done"
        try:
            # Prefect types what its sync wrappers return as a coroutine too.
            if artifact is None:
                created = create_progress_artifact(share, description=said)
                artifact = cast("UUID", created)
            else:
                update_progress_artifact(artifact, share, description=said)
        except Exception as error:  # noqa: BLE001 - whatever it is, the data is well
            wanted = False
            logger.warning("%s: its progress is not shown any more: %s", stage, error)

    follow(0)
    return follow
