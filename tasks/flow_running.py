"""How stages are called as Prefect task runs, inside a flow run.

How they are called without Prefect is in running; how often and how long a stage is
tried, in patience.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from prefect import get_run_logger, unmapped
from prefect.futures import PrefectFuture, as_completed

from tasks.algorithms.narration import narrate
from tasks.credentials import with_grants
from tasks.engines import check_engine
from tasks.losses import stop, survived
from tasks.patience import BACKOFF, explained, patient, stage_timeout
from tasks.progress import finish_call, follow_call, follow_parts, silent
from tasks.progress_artifact import shown
from tasks.stage import Stage

R = TypeVar("R")


class PrefectRunner:
    """Calls the tasks themselves, inside a flow run, and logs what each stage found."""

    def __init__(self, backoff: float = BACKOFF) -> None:
        """Settle how often and how long each stage is tried.

        Args:
            backoff: Seconds before the second try of what may pass, about.

        Raises:
            UserError: The environment names no limit that is one, or no engine that
                is there.
        """
        self._backoff = backoff
        self._limit = stage_timeout()
        check_engine()

    def __call__(self, stage: Stage[..., R], *args: Any) -> R:  # noqa: ANN401 - the stage's own
        """Call a stage as a task run of the stage's name."""
        tried = patient(with_grants(stage).task, self._backoff, self._limit)
        follower = follow_call(stage.name, silent)
        with explained(stage.name, self._limit):
            result = tried.with_options(task_run_name=stage.name)(*args)
        _log(stage.name, result, finish_call(follower, args, result))
        return result

    def map(self, stage: Stage[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Submit a task run for each item, with a progress artifact for several."""
        tried = patient(with_grants(stage).task, self._backoff, self._limit)
        follower, sizes = follow_parts(stage.name, items, args, silent)
        several = len(items) > 1
        with (
            explained(stage.name, self._limit),
            survived(stage.name),
            shown(follower, wanted=several),
        ):
            futures = list(tried.map(list(items), *map(unmapped, args)))
            size_of = dict(zip(futures, sizes, strict=True))
            results = _collect(futures, lambda done: follower.count(size_of[done]))
        _log(stage.name, results, follower.finish())
        return results


def _collect(
    futures: list[PrefectFuture[R]], count: Callable[[PrefectFuture[R]], None]
) -> list[R]:
    """Wait for all parts; after the first error those that have not begun never do."""
    try:
        with suppress(Exception):  # in order below: the same error each time
            for future in as_completed(futures):
                future.result()
                count(future)
        return [future.result() for future in futures]
    except BaseException:
        stop(futures)
        raise


def _log(stage: str, found: object, pace: str) -> None:
    if line := narrate(found):
        measured = f" ({pace})" if pace else ""
        get_run_logger().info("%s: %s%s", stage, line, measured)
