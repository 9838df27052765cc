"""Stopping: runs on threads end where the run that they are part of was interrupted.

A signal reaches the main thread alone; what else runs would go on, and publish.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

from schemas.errors import EvenkeelError

_stopped: ContextVar[Event | None] = ContextVar("stopped", default=None)


@contextmanager
def stopped_by(event: Event) -> Iterator[None]:
    """Have the run in the body end once an event is set.

    Args:
        event: Is looked at when a stage begins and when it has done a part.
    """
    before = _stopped.set(event)
    try:
        yield
    finally:
        _stopped.reset(before)


def go_on() -> None:
    """Go on, unless this is part of a run that was interrupted.

    Raises:
        EvenkeelError: It was.
    """
    event = _stopped.get()
    if event is not None and event.is_set():
        raise EvenkeelError("stopped, for the run of all datasets was interrupted")
