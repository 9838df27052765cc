"""Whether two columns hold the same values, to the bit. What is compared: callers."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_WORDS = {16: np.uint16, 32: np.uint32, 64: np.uint64}


def differing(left: pa.ChunkedArray, right: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Tell where two columns of one type and length differ.

    Null equals null alone, and a float another of the same bits: NaN equals NaN, and
    0.0 does not equal -0.0. Dictionaries are compared by their values.

    Args:
        left: Any type that a model reads, or all null.
        right: The same type and length.

    Returns:
        One entry for each row.

    >>> differing(pa.chunked_array([[1, None]]), pa.chunked_array([[1, 2]])).tolist()
    [False, True]
    """
    ours, theirs = _plain(left), _plain(right)
    here, there = (np.asarray(values.is_valid()) for values in (ours, theirs))
    apart: npt.NDArray[np.bool_] = here != there
    both = here & there
    if both.any():
        mask = pa.array(both)
        apart[both] = _unequal(ours.filter(mask), theirs.filter(mask))
    return apart


def _plain(column: pa.ChunkedArray) -> pa.Array:
    values = column.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return values


def _unequal(ours: pa.Array, theirs: pa.Array) -> npt.NDArray[np.bool_]:
    if pa.types.is_floating(ours.type):
        words = _WORDS[ours.type.bit_width]
        left, right = (values.to_numpy().view(words) for values in (ours, theirs))
        return np.asarray(left != right)
    return np.asarray(pc.not_equal(ours, theirs))
