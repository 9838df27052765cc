"""How stages are called, and how they are called directly. Which stages is a flow's.

The same page of stages serves this and flow_running, which calls them as Prefect task
runs, because a temporary Prefect server would cost a laptop user 15 to 20 seconds on
every run. Nothing that is imported here imports Prefect.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import as_completed as ended
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from tasks.credentials import with_grants
from tasks.progress import Progress, finish_call, follow_call, follow_parts, silent
from tasks.stage import Stage

R = TypeVar("R")


class Runner(Protocol):
    """Calls a stage once, or once for each item."""

    def __call__(self, stage: Stage[..., R], *args: Any) -> R:  # noqa: ANN401 - the stage's own
        """Call a stage and give its result."""
        ...

    def map(self, stage: Stage[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Call a stage with each item and the same other arguments, in order."""
        ...


class DirectRunner:
    """Calls the plain functions behind the stages, on as many threads as cores."""

    def __init__(self, progress: Progress = silent) -> None:
        """Report progress to a callable."""
        self._progress = progress

    def __call__(self, stage: Stage[..., R], *args: Any) -> R:  # noqa: ANN401 - the stage's own
        """Call a stage and give its result."""
        follower = follow_call(stage.name, self._progress)
        result = with_grants(stage).fn(*args)
        finish_call(follower, args, result)
        return result

    def map(self, stage: Stage[..., R], items: Sequence[Any], *args: Any) -> list[R]:  # noqa: ANN401 - the stage's own
        """Call a stage with each item; the first error ends the rest."""
        follower, sizes = follow_parts(stage.name, items, args, self._progress)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            work = with_grants(stage).fn
            futures = [pool.submit(work, item, *args) for item in items]
            size_of = dict(zip(futures, sizes, strict=True))
            try:
                with suppress(Exception):  # in order below: the same error each time
                    for future in ended(futures):
                        future.result()
                        follower.count(size_of[future])
                results = [future.result() for future in futures]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        follower.finish()
        return results
