"""Neighbours among the rows that share a rare level of a category, by all their pairs.

Which rows are near by numbers and common levels is found by way of categories.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tasks.algorithms.blockwise import each
from tasks.algorithms.distances import Positions, closest, distances, smallest
from tasks.algorithms.search_space import SearchSpace

_CELLS = 2**17  # pairs compared at once by a thread: 1 MB, about a cache


def add_rare(
    space: SearchSpace,
    codes: npt.NDArray[np.int32],
    found: Positions,
    rare: int,
    threads: int | None,
) -> None:
    """Let rows that share a rare level be neighbours of each other.

    Args:
        space: The rows.
        codes: Shape (rows,), the level of each row in one category.
        found: Shape (rows, k), the neighbours so far, nearest first; is improved.
        rare: Rows up to which a level is rare.
        threads: As many as cores when not given; they do not change what is found.
    """
    k = found.shape[1]

    def work(part: tuple[Positions, Positions]) -> None:
        rows, near = part[0].ravel(), _within(space, *part, k)
        found[rows] = closest(space, rows, np.hstack([found[rows], near]), k)

    parts = (part for block in blocks(codes, rare) for part in _cut(block))
    for _ in each(work, parts, threads):
        pass


def _cut(block: Positions) -> Iterator[tuple[Positions, Positions]]:
    """Cut a block of levels into rows and all who share their level."""
    levels, size = block.shape
    many = max(1, _CELLS // size**2)
    rows = max(1, _CELLS // size)
    for first in range(0, levels, many):
        others = block[first : first + many]
        for start in range(0, size, rows):
            yield others[:, start : start + rows], others


def _within(
    space: SearchSpace, rows: Positions, others: Positions, k: int
) -> Positions:
    """Find the nearest of each row among those that share its level."""
    one, other = rows[:, :, np.newaxis], others[:, np.newaxis]
    gaps = distances(space, one, other)
    gaps[one == other] = np.inf
    chosen = smallest(gaps, min(k, others.shape[1] - 1))
    near = np.take_along_axis(
        np.broadcast_to(other, (*rows.shape, others.shape[1])), chosen, axis=2
    )
    return near.reshape(rows.size, -1)


def blocks(codes: npt.NDArray[np.int32], rare: int) -> Iterator[Positions]:
    """Gather the rows of each rare level that has two or more.

    Args:
        codes: Shape (rows,), the level of each row, 0..levels - 1.
        rare: Rows up to which a level is rare.

    Yields:
        Shape (levels, size) for each size that levels have: positions in order.
    """
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes)
    first = np.cumsum(counts) - counts
    by_size = np.argsort(counts, kind="stable")
    sizes, starts = np.unique(counts[by_size], return_index=True)
    for size, levels in zip(sizes, np.split(by_size, starts[1:]), strict=True):
        if 2 <= size <= rare:  # noqa: PLR2004 - a row alone has no neighbour
            yield order[first[levels][:, np.newaxis] + np.arange(size)]
