"""Integers and moments as 64-bit integers, and back. What is done with them is not."""

import pyarrow as pa

_HALF = 32  # bits


def to_integers(values: pa.Array) -> pa.Array:
    """Write integers and moments as 64-bit integers, moments as ticks of their unit.

    Args:
        values: Of an integer or temporal type.

    Returns:
        int64, or uint64 for uint64; days for dates; null where null.

    >>> import datetime as dt
    >>> to_integers(pa.array([dt.date(1970, 1, 3), None])).to_pylist()
    [2, None]
    """
    for step in _steps(values.type):
        values = values.cast(step)
    return values


def from_integers(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Undo ``to_integers``.

    Args:
        values: int64 or uint64, in the range of the type.
        kind: The integer or temporal type to return to.

    Returns:
        The same values in that type.

    >>> from_integers(pa.array([2]), pa.date32()).to_pylist()
    [datetime.date(1970, 1, 3)]
    """
    for step in (*reversed(_steps(kind)[:-1]), kind):
        values = values.cast(step)
    return values


def _steps(kind: pa.DataType) -> tuple[pa.DataType, ...]:
    """List the casts Arrow has on the way to 64 bits."""
    if pa.types.is_uint64(kind):
        return (pa.uint64(),)
    if pa.types.is_date64(kind):  # milliseconds, but only whole days are legal
        return (pa.date32(), pa.int32(), pa.int64())
    if pa.types.is_temporal(kind) and kind.bit_width == _HALF:
        return (pa.int32(), pa.int64())
    return (pa.int64(),)
