"""Large arrays: made by an allocator of the caller's, and worked on block by block.

Where they lie is not known here: in memory, or in a file that is mapped into it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

BLOCK = 2**22
"""Bytes that are worked on at once, about."""


class Empty(Protocol):
    """Makes an array to be filled."""

    def __call__(
        self, shape: tuple[int, ...], dtype: npt.DTypeLike, /
    ) -> npt.NDArray[Any]:
        """Make an array of a shape and type, of any content."""
        ...


def in_memory(shape: tuple[int, ...], dtype: npt.DTypeLike, /) -> npt.NDArray[Any]:
    """Make an array as numpy does."""
    return np.empty(shape, dtype)


class Means(NamedTuple):
    """What a search works with. Threads and arrays do not change what is found."""

    threads: int | None = None
    """As many as cores when not given."""
    empty: Empty = in_memory
    """Makes the arrays that have a line for each row."""
    accelerate: bool = False
    """Let scikit-learn-intelex, which must be installed, do what it can."""


USUAL = Means()


def slices(rows: int, width: int) -> Iterator[slice]:
    """Cut rows into blocks.

    Args:
        rows: 0 or more.
        width: Numbers of 8 bytes in each row, 0 or more.

    Yields:
        Slices that cover all rows, in order.

    >>> list(slices(3, BLOCK))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    size = block_rows(width)
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))


def block_rows(width: int) -> int:
    """Tell how many rows of so many numbers of 8 bytes are a block."""
    return max(1, BLOCK // (8 * max(1, width)))


def one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """Give an Arrow column as one array, copied only if it is in several pieces."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
