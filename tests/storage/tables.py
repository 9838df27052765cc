"""Tables that hypothesis makes for the tests of storage."""

import datetime as dt
import math
from itertools import pairwise

import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st

on_disk = settings(deadline=None, max_examples=50)  # files take their time

WORDS = ("low", "mid", "high", "", "é")
_ORDERED = pa.dictionary(pa.int8(), pa.string(), ordered=True)

COLUMNS: dict[pa.DataType, st.SearchStrategy[object]] = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.uint8(): st.integers(0, 255),
    pa.float64(): st.floats(allow_nan=False) | st.just(math.inf),
    pa.float32(): st.floats(width=32, allow_nan=False),
    pa.bool_(): st.booleans(),
    pa.string(): st.sampled_from(WORDS),
    pa.large_string(): st.text(st.characters(codec="utf-8"), max_size=5),
    pa.binary(): st.binary(max_size=5),
    pa.date32(): st.dates(),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(dt.UTC)),
    pa.decimal128(9, 2): st.decimals(-(10**6), 10**6, places=2),
    pa.dictionary(pa.int32(), pa.string()): st.sampled_from(WORDS),
    pa.dictionary(pa.int8(), pa.string()): st.sampled_from(WORDS),
    _ORDERED: st.sampled_from(WORDS),
}


def array(values: list[object], kind: pa.DataType) -> pa.Array:
    """Make an array; ordered levels keep their order, others that of appearance."""
    if kind != _ORDERED:
        return pa.array(values, kind)
    codes = [None if value is None else WORDS.index(str(value)) for value in values]
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, pa.int8()), pa.array(WORDS), ordered=True
    )


@st.composite
def tables(draw: st.DrawFn, min_rows: int = 0, max_rows: int = 60) -> pa.Table:
    """Tables of one to four columns of any type, some values missing."""
    rows = draw(st.integers(min_rows, max_rows))
    kinds = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=4))
    columns = {
        f"c{place}": array(
            draw(st.lists(st.none() | COLUMNS[kind], min_size=rows, max_size=rows)),
            kind,
        )
        for place, kind in enumerate(kinds)
    }
    return pa.table(columns, metadata={"made": "by hand"})


def rebuilt(table: pa.Table) -> pa.Table:
    """Make the same rows from their values, so that nothing is shared."""
    columns = [
        array(table.column(field.name).to_pylist(), field.type)
        for field in table.schema
    ]
    return pa.table(columns, schema=table.schema)


def cuts(rows: int) -> st.SearchStrategy[list[int]]:
    """Places, in order, at which to cut a table; the same place twice is allowed."""
    return st.lists(st.integers(0, rows), max_size=5).map(sorted)


def pieces(table: pa.Table, at: list[int]) -> list[pa.Table]:
    """Cut a table."""
    ends = [0, *at, table.num_rows]
    return [table.slice(low, high - low) for low, high in pairwise(ends)]
