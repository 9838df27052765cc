"""Floating-point numbers that are odd to compute with: NaN, infinities, -0.0.

What becomes of them is said in odd_words; models and searches read them in features and
search_space.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import BalanceConfig, Infinities
from schemas.findings import OddNumbers
from schemas.survey import Column

Mask = npt.NDArray[np.bool_]

INFINITE = "a feature is infinite (infinities is reject)"
_BITS = {"halffloat": pa.int16(), "float": pa.int32(), "double": pa.int64()}


def floating(columns: Sequence[Column]) -> tuple[str, ...]:
    """Name the features that are floating-point numbers."""
    return tuple(c.name for c in columns if c.role == "numeric" and c.type in _BITS)


def to_be_finite(config: BalanceConfig, columns: Sequence[Column]) -> tuple[str, ...]:
    """Name the columns in which an infinite number gets a row rejected.

    Args:
        config: Says whether any does.
        columns: Their roles.
    """
    rejects = config.infinities is Infinities.REJECT
    return floating(columns) if rejects else ()


def infinite_rows(table: pa.Table, names: Sequence[str]) -> Mask:
    """Tell which rows hold an infinite number in any of some columns.

    Args:
        table: Holds the columns.
        names: Of floating-point columns.

    Returns:
        Shape (rows,).

    >>> infinite_rows(pa.table({"x": [1.0, float("-inf"), None]}), ["x"]).tolist()
    [False, True, False]
    """
    found = np.zeros(table.num_rows, np.bool_)
    for name in names:
        found |= pc.is_inf(table.column(name)).fill_null(False).to_numpy()
    return found


def odd_numbers(
    table: pa.Table, names: Sequence[str], rejected: Mask
) -> Iterator[OddNumbers]:
    """Count the odd numbers in some columns.

    Args:
        table: Holds the columns.
        names: Of floating-point columns.
        rejected: Shape (rows,): which rows are set aside.

    Yields:
        What was found, for each column that has any.
    """
    accepted, aside = table, table.slice(0, 0)
    if rejected.any():
        accepted, aside = (table.filter(pa.array(m)) for m in (~rejected, rejected))
    for name in names:
        nan, infinite = _not_finite(accepted.column(name))
        found = OddNumbers(
            column=name,
            nan=nan,
            infinite=infinite,
            infinite_rejected=_not_finite(aside.column(name))[1],
            negative_zero=_negative_zeros(accepted.column(name)),
        )
        if found != OddNumbers(column=name):
            yield found


def total(found: Iterable[OddNumbers]) -> tuple[OddNumbers, ...]:
    """Add up what was found in parts of a table, column by column."""
    sums: dict[str, OddNumbers] = {}
    for one in found:
        other = sums.get(one.column, OddNumbers(column=one.column))
        added = {
            name: getattr(one, name) + getattr(other, name)
            for name in OddNumbers.model_fields
            if name != "column"
        }
        sums[one.column] = OddNumbers(column=one.column, **added)
    return tuple(sums.values())


def _not_finite(values: pa.ChunkedArray) -> tuple[int, int]:
    """Count NaN and infinities; most columns have neither, and are looked at once."""
    if _all_finite(values):
        return 0, 0
    nan, infinite = (pc.sum(test(values)).as_py() for test in (pc.is_nan, pc.is_inf))
    return int(nan or 0), int(infinite or 0)


def _all_finite(values: pa.ChunkedArray) -> bool:
    """Be right where it says so; finite numbers may add up to infinity."""
    if pa.types.is_float16(values.type):  # Arrow does not add these up
        return pc.all(pc.is_finite(values), min_count=0).as_py() is True
    return math.isfinite(pc.sum(values, min_count=0).as_py())


def _negative_zeros(values: pa.ChunkedArray) -> int:
    """Count them by their bits, for -0.0 equals 0.0: no signed integer is less."""
    bits = _BITS[str(values.type)]
    lowest = -1 << (bits.bit_width - 1)
    chunks = [chunk.view(bits) for chunk in values.chunks]
    found = [chunk for chunk in chunks if pc.min(chunk).as_py() == lowest]
    equal = (pc.equal(chunk, pa.scalar(lowest, bits)) for chunk in found)
    return sum(pc.sum(mask).as_py() for mask in equal)
