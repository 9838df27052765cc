"""One table with a column of every type that a Parquet file can hold."""

import datetime as dt
import math
from collections.abc import Callable, Sequence
from decimal import Decimal

import pyarrow as pa

ROWS = 120
ID, TARGET = "ordinal", "y"

_NOON = dt.datetime(2024, 2, 29, 12)  # noqa: DTZ001 - Arrow adds the zone
_BIG = 2**53
Cell = Callable[[int], object]


def _cycle(*values: object) -> Cell:
    return lambda row: values[row % len(values)]


def _whole(low: int, high: int) -> Cell:
    """Reach both ends, and what lies around zero."""
    return _cycle(low, high, None, 0, 1, low + 1, high - 1, 2, 3)


def _moment(row: int) -> object:
    return None if row % 13 == 0 else _NOON + dt.timedelta(hours=row, microseconds=row)


def _time(row: int) -> object:
    return None if row % 13 == 0 else dt.time(row % 24, row % 60, row % 7)


def _span(row: int) -> object:
    return None if row % 13 == 0 else dt.timedelta(days=row - 60, seconds=row)


def _real(row: int) -> object:
    odd = {3: math.nan, 5: math.inf, 7: -math.inf, 11: -0.0, 13: None}
    return odd.get(row % 29, row / 8)


FEATURES: dict[pa.DataType, Cell] = {
    pa.int8(): _whole(-(2**7), 2**7 - 1),
    pa.int16(): _whole(-(2**15), 2**15 - 1),
    pa.int32(): _whole(-(2**31), 2**31 - 1),
    pa.int64(): _cycle(-(2**63), 2**63 - 1, None, _BIG + 1, -_BIG - 1, 0),
    pa.uint8(): _whole(0, 2**8 - 1),
    pa.uint16(): _whole(0, 2**16 - 1),
    pa.uint32(): _whole(0, 2**32 - 1),
    pa.uint64(): _cycle(0, 2**64 - 1, None, _BIG + 1, 2**63, 1),
    pa.float16(): _real,
    pa.float32(): _real,
    pa.float64(): _real,
    pa.decimal32(9, 2): lambda row: Decimal(row) / 4,
    pa.decimal64(18, 4): lambda row: Decimal(row) / 16,
    pa.decimal128(38, 10): lambda row: Decimal(f"1234567890123456789012.{row:010d}"),
    pa.bool_(): _cycle(True, False, None),
    pa.string(): _cycle("a", "", None, "<b>", "\N{SAILBOAT}"),
    pa.large_string(): _cycle("01", "1", None),
    pa.dictionary(pa.int32(), pa.string()): _cycle("u", "v", None, "w"),
    pa.dictionary(pa.int32(), pa.large_string()): _cycle("u", None, "w"),
    pa.date32(): lambda row: dt.date(2024, 2, 1) + dt.timedelta(row),
    pa.timestamp("s"): _moment,
    pa.timestamp("ms", "UTC"): _moment,
    pa.timestamp("us", "Europe/Berlin"): _moment,
    pa.timestamp("ns", "America/New_York"): _moment,
    pa.time32("s"): _time,
    pa.time32("ms"): _time,
    pa.time64("us"): _time,
    pa.time64("ns"): _time,
    pa.duration("s"): _span,
    pa.duration("ms"): _span,
    pa.duration("us"): _span,
    pa.duration("ns"): _span,
    pa.null(): lambda _: None,
}
"""Types that a model reads, but for null, of which there is nothing to read."""

CARRIED: dict[pa.DataType, Cell] = {
    pa.list_(pa.int32()): lambda row: None if row % 5 == 0 else [row, None][: row % 3],
    pa.large_list(pa.string()): lambda row: ["a"] * (row % 3),
    pa.list_(pa.float32(), 2): lambda row: [row, -row],
    pa.list_(pa.list_(pa.int8())): lambda row: [[row % 9], []],
    pa.struct([("a", pa.int64()), ("b.c", pa.string())]): lambda row: {
        "a": row,
        "b.c": None,
    },
    pa.map_(pa.string(), pa.float64()): lambda row: [("k", row / 2)],
    pa.binary(): lambda row: bytes([row]),
    pa.large_binary(): lambda row: None if row % 3 else b"\x00\xff",
    pa.binary(4): lambda row: row.to_bytes(4, "big"),
    pa.decimal256(76, 5): lambda row: Decimal(row) / 32,
    pa.uuid(): lambda row: row.to_bytes(16, "big"),
}
"""Types that no model reads."""


HINTED: dict[pa.DataType, pa.DataType] = {
    pa.string_view(): pa.string(),
    pa.binary_view(): pa.binary(),
    pa.list_(pa.string_view()): pa.list_(pa.string()),
    pa.struct([("a", pa.string_view())]): pa.struct([("a", pa.string())]),
    pa.date64(): pa.date32(),
}
"""Layouts of which Parquet knows but one, as Arrow would write it."""


def column(kind: pa.DataType, cell: Cell, rows: Sequence[int]) -> pa.Array:
    """Make a column; text of a dictionary comes in an order of its own."""
    values = [cell(row) for row in rows]
    if pa.types.is_dictionary(kind):
        return pa.array(values, kind.value_type).dictionary_encode().cast(kind)
    if kind == pa.uuid():
        return pa.ExtensionArray.from_storage(kind, pa.array(values, kind.storage_type))
    return pa.array(values, kind)


def table(first: int = 0, rows: int = ROWS) -> pa.Table:
    """Make rows of every type, of two classes; a part of them if asked."""
    numbers = range(first, first + rows)
    columns = {
        f"{place}: {kind}": column(kind, cell, numbers)
        for place, (kind, cell) in enumerate({**FEATURES, **CARRIED}.items())
    }
    target = pa.array(["rare" if row % 4 == 0 else "usual" for row in numbers])
    return pa.table({ID: pa.array(numbers), **columns, TARGET: target})


def carried(schema: pa.Schema) -> list[str]:
    """Name the columns that have to be ignored."""
    return [field.name for field in schema if field.type in CARRIED]
