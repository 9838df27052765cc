"""The training rows of one class as the arrays that neighbours are searched in.

The search is in neighbors. Values are filled, clipped and scaled for it alone: what a
synthetic row gets is made from the rows themselves, in interpolation and smote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.survey import Column
from tasks.algorithms.arrays import (
    Empty,
    block_rows,
    in_memory,
    one_chunk,
    slices,
)
from tasks.algorithms.columns import categorical, numeric
from tasks.algorithms.integers import to_integers
from tasks.algorithms.levels import as_levels
from tasks.algorithms.ordinal import with_ranks

Codes = Mapping[str, npt.NDArray[np.int32]]
Floats = npt.NDArray[np.float64]

BUDGET = 2**26
"""Bytes of points and neighbours up to which a search keeps them in memory. Having
them in a file takes no more CPU time: 32 s against 35 s at 400,000 rows of 20 columns,
in 65 MB of memory of its own against 177."""
_LARGEST = 1e140  # squares of differences, and sums of them, stay finite


@dataclass(frozen=True, eq=False)
class SearchSpace:
    """Rows as points, with what one differing category counts."""

    numbers: Floats
    """Shape (rows, numeric and temporal columns), finite."""
    codes: Codes
    """Shape (rows,) for each categorical column; null has a code of its own."""
    weight: float
    """The distance that two rows get for each category in which they differ."""


def blocks(rows: int, columns: Sequence[Column], k: int) -> int:
    """Tell whether the points of a class are too many to be kept in memory.

    Args:
        rows: Of the class.
        columns: Names and roles.
        k: Neighbours of each row.

    Returns:
        How many blocks they are then worked on in; 0 if they fit.
    """
    width = len(numeric(columns)) + len(categorical(columns))
    if rows * held_bytes(width, k) <= BUDGET:
        return 0
    return -(-rows // block_rows(width))


def held_bytes(width: int, k: int) -> int:
    """Tell the bytes of a point, and of its neighbours as points and as rows."""
    return 8 * (width + 2 * k)


def search_space(
    donors: pa.Table,
    columns: Sequence[Column],
    *,
    standardize: bool,
    empty: Empty = in_memory,
) -> SearchSpace:
    """Read the feature columns of a class; key, ignored and target take no part.

    Missing and infinite numbers become the median of the class, or 0 if it has none.

    Args:
        donors: Rows of one class, one or more.
        columns: Names and roles.
        standardize: Bring each numeric column to mean 0 and deviation 1, a constant
            one to 0.
        empty: Makes the arrays.

    Returns:
        The points. A differing category weighs the median of the deviations of the
        numeric columns, so 1 if they are standardised.

    Source: SMOTE-NC in Chawla et al. (2002), https://doi.org/10.1613/jair.953
    """
    donors = with_ranks(donors, columns)
    numbers = empty((donors.num_rows, len(numeric(columns))), np.float64)
    _fill(numbers, [donors.column(name) for name in numeric(columns)])
    deviations = _deviations(numbers, empty)
    codes = categories(donors, columns)
    if standardize:
        _standardise(numbers, deviations)
        return SearchSpace(numbers, codes, 1.0)
    return SearchSpace(numbers, codes, _median(deviations))


def categories(donors: pa.Table, columns: Sequence[Column]) -> Codes:
    """Number the levels of each categorical column; null is a level.

    Args:
        donors: Rows of one class.
        columns: Names and roles.

    Returns:
        Shape (rows,) for each categorical column, 0..levels - 1.
    """
    return {name: _codes(donors.column(name)) for name in categorical(columns)}


def _fill(numbers: Floats, columns: Sequence[pa.ChunkedArray]) -> None:
    """Read columns into the array, all of them block by block."""
    middles = [_median_if_needed(column) for column in columns]
    for rows in slices(*numbers.shape):
        for place, (column, middle) in enumerate(zip(columns, middles, strict=True)):
            floats = _floats(column.slice(rows.start, rows.stop - rows.start))
            known, clipped = np.isfinite(floats), np.clip(floats, -_LARGEST, _LARGEST)
            numbers[rows, place] = np.where(known, clipped, middle)


def _median_if_needed(column: pa.ChunkedArray) -> float:
    """Give the median of the known numbers if any other has to be filled."""
    parts = (
        _floats(column.slice(rows.start, rows.stop - rows.start))
        for rows in slices(len(column), 1)
    )
    if all(np.isfinite(part).all() for part in parts):
        return 0.0
    floats = _floats(column)
    known = np.clip(floats[np.isfinite(floats)], -_LARGEST, _LARGEST)
    return float(np.median(known)) if len(known) else 0.0


def _floats(column: pa.ChunkedArray) -> Floats:
    values = one_chunk(column)
    if pa.types.is_temporal(values.type):
        values = to_integers(values)
    floats: Floats = values.cast(pa.float64(), safe=False).to_numpy(
        zero_copy_only=False
    )
    return floats


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    values = as_levels(one_chunk(column))
    encoded = values.dictionary_encode(null_encoding="encode")
    codes: npt.NDArray[np.int32] = encoded.indices.to_numpy()
    return codes


def _deviations(numbers: Floats, empty: Empty) -> Floats:
    """Give what np.std does, to the last bit, in one array of the caller's."""
    squares = empty(numbers.shape, np.float64)
    np.subtract(numbers, numbers.mean(axis=0), out=squares)
    np.multiply(squares, squares, out=squares)
    deviations: Floats = np.sqrt(squares.sum(axis=0) / len(numbers))
    return deviations


def _standardise(numbers: Floats, deviations: Floats) -> None:
    # The deviation of a constant column may be a rounding error instead of 0, and that
    # of a tiny one may underflow to 0.
    flat = (deviations == 0) | (np.ptp(numbers, axis=0) == 0)
    numbers -= numbers.mean(axis=0)
    numbers /= np.where(flat, np.inf, deviations)


def _median(deviations: Floats) -> float:
    """Give 1 if there is no spread to take, lest categories count for nothing."""
    return float(np.median(deviations)) or 1.0 if len(deviations) else 1.0
