"""Many at once, on threads that know what the caller knows: credentials above all."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def on_threads(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Call a function with each item, several at once.

    Args:
        work: Waits for storage more than it computes.
        items: One call for each.

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

    with ThreadPoolExecutor() as pool:
        return list(pool.map(call, contexts, given))
