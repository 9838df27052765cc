"""Class labels as text and as codes. Which labels are allowed is the contract's."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int32]


def is_label_type(kind: pa.DataType) -> bool:
    """Tell whether a column of this type can hold class labels.

    >>> is_label_type(pa.bool_()), is_label_type(pa.binary())
    (True, False)
    """
    if pa.types.is_dictionary(kind):
        return is_label_type(kind.value_type)
    return bool(
        is_text(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
        or is_fractional(kind)
    )


def is_text(kind: pa.DataType) -> bool:
    """Tell whether values are text; views of text are none when they were read."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def is_fractional(kind: pa.DataType) -> bool:
    """Tell whether values of a label type need not be whole numbers."""
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def as_text(values: pa.Array) -> pa.Array:
    """Write labels as text: 3 and 3.0 as ``3``, True as ``true``, NaN as null.

    Args:
        values: Distinct values of a target column, of a label type. Floats and
            decimals are whole numbers; others keep their fraction and so differ from
            any integer.

    Returns:
        string array of the same length.

    >>> as_text(pa.array([2.0, None, 1.5])).to_pylist()
    ['2', None, '1.5']
    """
    if not is_fractional(values.type):
        return pc.cast(values, pa.string())
    return pa.array(
        [None if v is None or v != v else _number(v) for v in values.to_pylist()],  # noqa: PLR0124 - NaN
        pa.string(),
    )


def _number(value: float | Decimal) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(int(value)) if value == int(value) else str(value)


def encode(column: pa.ChunkedArray | pa.Array, labels: Sequence[str]) -> Codes:
    """Turn a target column into class codes.

    Args:
        column: The target column, of a label type.
        labels: Labels as text; the code is the place in this list.

    Returns:
        int32 of shape (rows,); -1 where the label is null or not in the list.

    >>> encode(pa.array([1, 2, None, 9]), ["2", "1"]).tolist()
    [1, 0, -1, -1]
    """
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    wanted = pa.array(labels, pa.string())
    parts = [_encode_chunk(chunk, wanted) for chunk in chunks]
    return np.concatenate(parts) if parts else np.empty(0, np.int32)


def countable(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Widen short decimals: Arrow cannot tell which of their values are the same."""
    kind = column.type
    if pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):
        return column.cast(pa.decimal128(kind.precision, kind.scale))
    return column


def _encode_chunk(chunk: pa.Array, wanted: pa.Array) -> Codes:
    if not pa.types.is_dictionary(chunk.type):
        chunk = countable(chunk).dictionary_encode()
    lookup = pc.index_in(as_text(chunk.dictionary), wanted).fill_null(-1)
    codes: Codes = np.append(lookup.to_numpy(zero_copy_only=False), -1).astype(np.int32)
    rows: Codes = codes[chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    return rows
