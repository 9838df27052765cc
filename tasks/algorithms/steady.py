"""Fits that come out the same beside others: the settings of a process, shared.

Numbers of threads and filters of warnings belong to the whole process. Were each fit to
set and reset them by itself, one that ends would change them under one that goes on.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

from threadpoolctl import threadpool_limits

_IGNORED = (
    # A set cut down to one row a class is small, not a regression problem.
    "The number of unique classes",
    # Folds of a rare class: who says that a verdict is weak is not the splitter.
    "The least populated class",
    # Bags of the few rows of a balanced sample are small, and meant to be.
    "Using the fractional value max_samples",
    # Rows that repeat leave fewer centroids that differ; sizes are as was asked for.
    "Number of distinct clusters",
    "After over-sampling, the number of samples",
    # In a thread scikit-learn-intelex takes all cores whatever it is told.
    "'Threading' parallel backend",
)

RACE = "`sklearn.utils.parallel.delayed` should be used with"
"""Said though it is: threads of a forest empty the filters that others read.
No filter can hide what is said when there are none."""

Show = Callable[..., None]


def _without_race(show: Show) -> Show:
    def showwarning(message: object, *where: Any) -> None:  # noqa: ANN401 - as warnings calls it
        if not str(message).startswith(RACE):
            show(message, *where)

    return showwarning


class _Shared:
    """Settings that hold from when the first comes until the last leaves."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._settings = ExitStack()

    def enter(self) -> None:
        with self._lock:
            if not self._inside:
                # Sums by several threads differ in the last bits.
                self._settings.enter_context(threadpool_limits(1))
                self._settings.enter_context(warnings.catch_warnings())
                warnings.showwarning = _without_race(warnings.showwarning)
                for message in _IGNORED:
                    warnings.filterwarnings("ignore", message)
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._settings.close()


_shared = _Shared()


@contextmanager
def steady() -> Iterator[None]:
    """Have BLAS and OpenMP use one thread, and be quiet of what is no news.

    Yields:
        Nothing. Bodies in several threads of a process may overlap in any way.
    """
    _shared.enter()
    try:
        yield
    finally:
        _shared.leave()
