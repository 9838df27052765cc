"""Floating-point numbers that are odd to compute with: NaN, infinities, -0.0.

What becomes of them is said in odd_words; models and searches read them in features and
search_space.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.config import BalanceConfig, Infinities
from schemas.findings import OddNumbers
from schemas.survey import Column

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating]

INFINITE = "a feature is infinite (infinities is reject)"
_FLOATS = {"halffloat", "float", "double"}


def floating(columns: Sequence[Column]) -> tuple[str, ...]:
    """Name the features that are floating-point numbers."""
    return tuple(c.name for c in columns if c.role == "numeric" and c.type in _FLOATS)


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
    accepted = ~rejected
    for name in names:
        floats = _floats(table.column(name))
        nan, infinite, aside = _not_finite(floats, accepted)
        zeros = np.count_nonzero(_negative_zeros(floats) & accepted)
        if nan or infinite or aside or zeros:
            yield OddNumbers(
                column=name,
                nan=nan,
                infinite=infinite,
                infinite_rejected=aside,
                negative_zero=zeros,
            )


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


def _floats(values: pa.ChunkedArray) -> Floats:
    """Read numbers as they are; a missing one is not odd."""
    there: Floats = (values.fill_null(1) if values.null_count else values).to_numpy()
    return there


def _not_finite(floats: Floats, accepted: Mask) -> tuple[int, int, int]:
    """Count NaN and infinities of accepted rows, and infinities of rejected ones.

    Most columns have neither, and are looked at once; finite numbers may add up to
    infinity.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(floats.sum(dtype=np.float64)):
            return 0, 0, 0
    infinite = np.isinf(floats)
    masks = (np.isnan(floats) & accepted, infinite & accepted, infinite & ~accepted)
    nan, kept, aside = (int(np.count_nonzero(mask)) for mask in masks)
    return nan, kept, aside


def _negative_zeros(floats: Floats) -> Mask:
    """Tell them by their bits, for -0.0 equals 0.0: no signed integer is less."""
    bits = floats.view(f"i{floats.itemsize}")
    lowest: Mask = bits == np.iinfo(bits.dtype).min
    return lowest
