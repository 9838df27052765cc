"""Moments as whole numbers of the same order, whatever type a column has.

What is made of the order is in sides.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.algorithms.arrays import one_chunk

Numbers = npt.NDArray[np.uint64]

_SIGN = np.uint64(2**63)


def is_moment(kind: pa.DataType) -> bool:
    """Tell whether values of a type can date a row: dates, timestamps and numbers.

    >>> is_moment(pa.date32()), is_moment(pa.time32("s")), is_moment(pa.string())
    (True, False, False)
    """
    types = pa.types
    if types.is_float16(kind):  # Arrow finds no least of them
        return False
    dated = types.is_date(kind) or types.is_timestamp(kind)
    return bool(dated or types.is_integer(kind) or types.is_floating(kind))


def in_order(column: pa.ChunkedArray) -> Numbers:
    """Number moments so that later ones have larger numbers.

    Args:
        column: Of a type that is_moment.

    Returns:
        uint64 of shape (rows,), equal where moments are; 0 for null and NaN, which are
        older than all.

    >>> in_order(pa.chunked_array([[2.5, None, -1.0]])).argsort().tolist()
    [1, 2, 0]
    """
    values = one_chunk(column)
    missing = values.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    if pa.types.is_floating(values.type):
        ordered = _of_floats(values)
    elif pa.types.is_unsigned_integer(values.type):
        ordered = _numpy(values, pa.uint64())
    else:
        days = pa.types.is_date32(values.type)
        ticks = values.cast(pa.int32()) if days else values
        ordered = _numpy(ticks, pa.int64()).view(np.uint64) ^ _SIGN
    return np.where(missing, np.uint64(0), ordered)


def _numpy(values: pa.Array, kind: pa.DataType) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = values.cast(kind).fill_null(0).to_numpy()
    return found


def _of_floats(values: pa.Array) -> Numbers:
    """Order bits as numbers: those below zero count down from the sign's."""
    floats = _numpy(values, pa.float64()).astype(np.float64) + 0.0  # -0.0 is 0.0
    bits = floats.view(np.uint64)
    return np.where(bits < _SIGN, bits | _SIGN, ~bits)
