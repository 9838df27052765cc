"""The progress artifact of a mapped stage, kept while its parts run.

What it says is followed in progress and worded in algorithms.pace.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, Thread
from time import monotonic
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from tasks.algorithms.pace import percent, told
from tasks.progress import Follower

EVERY = 2.0
"""Seconds between two updates: the API hears as much of 1,000 parts as of ten."""

logger = logging.getLogger(__name__)


@contextmanager
def shown(follower: Follower, *, wanted: bool) -> Iterator[None]:
    """Keep an artifact of a stage's progress while it runs, and at its end.

    It is a courtesy: when the API does not take it, the run goes on without.

    Args:
        follower: Of the stage.
        wanted: Whether there are parts enough to show.
    """
    if not wanted:
        yield
        return
    show = _shower(follower)
    show()
    with _repeated(show):
        yield
    show()


def _shower(follower: Follower) -> Callable[[], None]:
    artifact: UUID | None = None
    failed = False

    def show() -> None:
        nonlocal artifact, failed
        if failed:
            return
        pace = follower.pace
        said = f"{follower.stage}: {told(pace, monotonic())}"
        try:
            # Prefect types what its sync wrappers return as a coroutine too.
            if artifact is None:
                created = create_progress_artifact(percent(pace), description=said)
                artifact = cast("UUID", created)
            else:
                update_progress_artifact(artifact, percent(pace), description=said)
        except Exception as error:  # noqa: BLE001 - whatever it is, the data is well
            failed = True
            stage = follower.stage
            logger.warning("%s: its progress is not shown any more: %s", stage, error)

    return show


@contextmanager
def _repeated(act: Callable[[], None]) -> Iterator[None]:
    """Act now and then from a thread of its own: no part waits for the API."""
    over = Event()

    def repeat() -> None:
        while not over.wait(EVERY):
            act()

    # Prefect finds its settings and the run in the context, which threads lack.
    thread = Thread(target=copy_context().run, args=(repeat,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
