"""The training rows of one class as the arrays that neighbours are searched in.

The search is in neighbors. Values are filled, clipped and scaled for it alone: what a
synthetic row gets is made from the rows themselves, in interpolation and smote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.records import Column
from tasks.algorithms.features import categorical, numeric
from tasks.algorithms.integers import to_integers

Codes = Mapping[str, npt.NDArray[np.int32]]

_LARGEST = 1e140  # squares of differences, and sums of them, stay finite


@dataclass(frozen=True, eq=False)
class SearchSpace:
    """Rows as points, with what one differing category counts."""

    numbers: npt.NDArray[np.float64]
    """Shape (rows, numeric and temporal columns), finite."""
    codes: Codes
    """Shape (rows,) for each categorical column; null has a code of its own."""
    weight: float
    """The distance that two rows get for each category in which they differ."""


def search_space(
    donors: pa.Table, columns: Sequence[Column], *, standardize: bool
) -> SearchSpace:
    """Read the feature columns of a class; key, ignored and target take no part.

    Missing and infinite numbers become the median of the class, or 0 if it has none.

    Args:
        donors: Rows of one class, one or more.
        columns: Names and roles.
        standardize: Bring each numeric column to mean 0 and deviation 1, a constant
            one to 0.

    Returns:
        The points. A differing category weighs the median of the deviations of the
        numeric columns, so 1 if they are standardised.

    Source: SMOTE-NC in Chawla et al. (2002), https://doi.org/10.1613/jair.953
    """
    numbers = np.empty((donors.num_rows, len(numeric(columns))), np.float64)
    for place, name in enumerate(numeric(columns)):
        numbers[:, place] = _numbers(donors.column(name))
    codes = categories(donors, columns)
    if standardize:
        return SearchSpace(_standardised(numbers), codes, 1.0)
    return SearchSpace(numbers, codes, _median_deviation(numbers))


def categories(donors: pa.Table, columns: Sequence[Column]) -> Codes:
    """Number the levels of each categorical column; null is a level.

    Args:
        donors: Rows of one class.
        columns: Names and roles.

    Returns:
        Shape (rows,) for each categorical column, 0..levels - 1.
    """
    return {name: _codes(donors.column(name)) for name in categorical(columns)}


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    values = column.combine_chunks()
    if pa.types.is_temporal(values.type):
        values = to_integers(values)
    floats = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    known = np.isfinite(floats)
    clipped = np.clip(floats, -_LARGEST, _LARGEST)
    middle = np.median(clipped[known]) if known.any() else 0.0
    return np.where(known, clipped, middle)


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    values = column.combine_chunks()
    if pa.types.is_dictionary(values.type):  # may hold a level twice, or a null level
        values = values.cast(values.type.value_type)
    encoded = values.dictionary_encode(null_encoding="encode")
    codes: npt.NDArray[np.int32] = encoded.indices.to_numpy()
    return codes


def _standardised(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    deviation = numbers.std(axis=0)
    # The deviation of a constant column may be a rounding error instead of 0, and that
    # of a tiny one may underflow to 0.
    flat = (deviation == 0) | (np.ptp(numbers, axis=0) == 0)
    scaled: npt.NDArray[np.float64] = numbers - numbers.mean(axis=0)
    return scaled / np.where(flat, np.inf, deviation)


def _median_deviation(numbers: npt.NDArray[np.float64]) -> float:
    """Give 1 if there is no spread to take, lest categories count for nothing."""
    deviations = numbers.std(axis=0)
    return float(np.median(deviations)) or 1.0 if len(deviations) else 1.0
