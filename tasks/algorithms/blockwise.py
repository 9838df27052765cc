"""Rows in blocks, on all cores. What is done with a block is the caller's.

A thread of ours lets native code use no thread more: which of several ties a search
finds depends on how many threads share its work.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from multiprocessing import cpu_count
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

T = TypeVar("T")
R = TypeVar("R")
S = TypeVar("S", bound=np.generic)


def by_blocks(
    work: Callable[[slice], npt.NDArray[S]],
    out: npt.NDArray[S],
    size: int,
    threads: int | None = None,
) -> npt.NDArray[S]:
    """Fill an array block by block; no number of threads changes a block.

    Args:
        work: Makes the lines of a block; has imported all it needs.
        out: Gets the lines.
        size: Lines of a block.
        threads: As many as cores when not given.

    Returns:
        The array.
    """

    def fill(part: slice) -> None:
        out[part] = work(part)

    rows = len(out)
    blocks = (slice(at, min(at + size, rows)) for at in range(0, rows, size))
    for _ in each(fill, blocks, threads):
        pass
    return out


def each(
    work: Callable[[T], R], items: Iterable[T], threads: int | None = None
) -> Iterator[R]:
    """Work on items side by side, and give the results in order.

    Args:
        work: Has imported all it needs: later libraries know no limit.
        items: All are taken at once.
        threads: As many as cores when not given.

    Yields:
        What the work made of each item.
    """
    # OpenMP counts its threads for each thread apart, so the limit is set in each:
    # https://www.openmp.org/spec-html/5.0/openmpsu29.html
    with ThreadPoolExecutor(threads or cpu_count(), initializer=_limit) as pool:
        yield from pool.map(work, items)


def _limit() -> None:
    # BLAS has one limit for the process, which scikit-learn sets and unsets around each
    # of its calls: those of other threads would go on with two, and round otherwise.
    _libraries(len(sys.modules)).limit(limits=1)


@lru_cache(maxsize=1)
def _libraries(_modules: int) -> ThreadpoolController:
    """Look for native libraries again only when something was imported.

    It takes 4 ms, several times for each class: most of the search in a small one.
    """
    return ThreadpoolController()
