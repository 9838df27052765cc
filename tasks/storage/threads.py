"""Many at once, on threads that know what the caller knows: credentials above all."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def on_threads(
    work: Callable[[T], R],
    items: Iterable[T],
    at_once: int | None = None,
    stop: Callable[[], object] = bool,
) -> list[R]:
    """Call a function with each item, several at once.

    Args:
        work: Waits for storage more than it computes, unless ``at_once`` says how many.
        items: One call for each.
        at_once: Calls at once; as many as suit waiting when not given.
        stop: Is called at an error or an interruption, before those that have begun are
            waited for.

    Returns:
        The results, in the order of the items; the first error ends the rest.

    >>> on_threads(str.upper, ["a", "b"])
    ['A', 'B']
    """
    given = list(items)
    # A context of its own for each: none can be entered twice at once.
    contexts = [copy_context() for _ in given]

    def call(context: Context, item: T) -> R:
        return context.run(work, item)

    with ThreadPoolExecutor(at_once) as pool:
        try:
            return list(pool.map(call, contexts, given))
        except BaseException:
            stop()
            raise
