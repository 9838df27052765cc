"""Losses: what becomes of the parts of a stage when one of them fails or a worker dies.

Which engine has workers is in engines; how stages are called, in flow_running.
"""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager, suppress
from typing import Any

from prefect.futures import PrefectFuture, PrefectWrappedFuture

from schemas.errors import EvenkeelError
from tasks.environment import ENGINE


def stop(futures: Sequence[PrefectFuture[Any]]) -> None:
    """Cancel what has not begun, on any engine, and wait for what has.

    Args:
        futures: Of one map. What still writes must not outlive what it writes to.
    """
    working = _at_work_on_dask(futures)
    for future in futures:
        if isinstance(future, PrefectWrappedFuture):
            wrapped = future.wrapped_future
            if getattr(wrapped, "key", None) not in working:
                wrapped.cancel()
    for future in futures:
        with suppress(CancelledError, BrokenExecutor):  # so the cancelled, on processes
            future.wait()


def _at_work_on_dask(futures: Sequence[PrefectFuture[Any]]) -> set[object]:
    """List the keys that workers have: Dask would cancel them and not end them."""
    for future in futures:
        wrapped = getattr(future, "wrapped_future", None)
        if client := getattr(wrapped, "client", None):
            held = client.processing().values()
            return {key for keys in held for key in keys}
    return set()


@contextmanager
def survived(stage: str) -> Iterator[None]:
    """Say in words that a worker died, and what to do.

    Args:
        stage: What it was at work on.

    Raises:
        EvenkeelError: The engine lost it for good.
    """
    try:
        yield
    except Exception as error:
        if not isinstance(error, (BrokenExecutor, _killed_worker())):
            raise
        raise EvenkeelError(
            f"the stage {stage!r} lost a worker process, which was killed, most often "
            "for want of memory. Nothing was published; run it again, with more memory "
            f"or with {ENGINE}=threads."
        ) from error


def _killed_worker() -> type[Exception]:
    """Give the error by which Dask gives up; nobody else can raise it."""
    dask = sys.modules.get("distributed")
    found: type[Exception] = dask.KilledWorker if dask else BrokenExecutor
    return found
