"""How often a stage is tried, and how long. How it is called is in flow_running."""

import logging
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import httpx
from prefect import State, Task
from prefect.task_engine import TaskRunTimeoutError
from prefect.tasks import exponential_backoff

from schemas.errors import EvenkeelError, TransientError, UserError

STAGE_TIMEOUT = "EVENKEEL_STAGE_TIMEOUT_SECONDS"
BACKOFF = 10.0
"""Seconds before the second try, about: all tries together outlast a minute."""

_HOURS = "14400"  # seconds, four of them
_RETRIES = 3
_PASSING = (TransientError, ConnectionError, TimeoutError, httpx.TransportError)

R = TypeVar("R")


def patient(stage: Task[..., R], backoff: float, limit: float) -> Task[..., R]:
    """Let a stage be tried again when what failed may pass, and stop it some day.

    Args:
        stage: May be repeated: it writes the same bytes again.
        backoff: Seconds before the second try, about; then twice and four times that.
        limit: Seconds that each task run may take, each time; then it ends at its next
            line of Python, on every engine.

    Returns:
        The stage with these options.
    """
    return stage.with_options(
        retries=_RETRIES,
        retry_delay_seconds=exponential_backoff(backoff),
        retry_jitter_factor=0.5,
        retry_condition_fn=may_pass,
        timeout_seconds=limit,
    )


def may_pass(_stage: object, _run: object, state: State[Any]) -> bool:
    """Tell whether what failed may succeed next time: Prefect's retry condition.

    Args:
        state: How the try ended; its data is the error.

    Returns:
        True for failures of storage and network. What took too long would take as
        long again.
    """
    error = state.data
    return isinstance(error, _PASSING) and not isinstance(error, TaskRunTimeoutError)


def stage_timeout() -> float:
    """Read how long a task run of a stage may take.

    Returns:
        Seconds, above 0; four hours when EVENKEEL_STAGE_TIMEOUT_SECONDS is not set.

    Raises:
        UserError: It is no such number.
    """
    given = os.environ.get(STAGE_TIMEOUT, "").strip() or _HOURS
    with suppress(ValueError):
        if 0 < float(given) < math.inf:
            return float(given)
    raise UserError(
        f"{STAGE_TIMEOUT} is {given!r}, which is no number of seconds above 0. Give "
        f"one, such as {_HOURS}, or unset it."
    )


@contextmanager
def explained(stage: str, limit: float) -> Iterator[None]:
    """Say in words that a stage took too long, and what to do.

    Args:
        stage: Its name.
        limit: Seconds that it had.

    Raises:
        EvenkeelError: It was stopped.
    """
    try:
        yield
    except TaskRunTimeoutError as error:
        raise EvenkeelError(
            f"the stage {stage!r} was stopped, for it took longer than {limit:g} "
            f"seconds. See why it is slow, or raise {STAGE_TIMEOUT} where the run gets "
            "its environment."
        ) from error


def _is_news(record: logging.LogRecord) -> bool:
    return "Timeouts in worker threads cannot" not in record.getMessage()


# Prefect warns of each timeout in a thread, which would be a warning for each part.
# Ours do end there, for stages work batch by batch.
logging.getLogger("prefect.task_runs").addFilter(_is_news)
