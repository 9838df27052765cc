"""Hypothesis strategies that several tests share."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

LABELS = st.text(st.characters(codec="utf-8"), min_size=0, max_size=8)

counts = st.dictionaries(LABELS, st.integers(1, 2_000), min_size=2, max_size=8)
"""Rows of each of two to eight classes with any names."""


def _column(
    kind: pa.DataType, values: st.SearchStrategy[object]
) -> tuple[pa.DataType, st.SearchStrategy[object]]:
    return kind, st.none() | values


_MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2030, 1, 1))  # noqa: DTZ001 - Arrow adds the zone

FEATURES = [
    _column(pa.float64(), st.floats(-1e6, 1e6)),
    _column(pa.float32(), st.floats(-1e3, 1e3, width=32)),
    _column(pa.int64(), st.integers(-(2**62), 2**62)),
    _column(pa.uint8(), st.integers(0, 255)),
    _column(
        pa.decimal128(9, 2), st.integers(-999, 999).map(lambda n: Decimal(n) / 100)
    ),
    _column(pa.bool_(), st.booleans()),
    _column(pa.string(), st.sampled_from(["a", "b", "", "<c>"])),
    _column(pa.large_string(), st.sampled_from(["x", "y"])),
    _column(pa.dictionary(pa.int32(), pa.string()), st.sampled_from(["u", "v"])),
    _column(pa.date32(), st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1))),
    _column(pa.timestamp("us", "UTC"), _MOMENTS),
]
"""Column types with values, nulls among them."""


@st.composite
def tables(draw: st.DrawFn, max_rows: int = 120) -> pa.Table:
    """Tables of mixed columns, with a text target ``y`` of two classes at least."""
    labels = draw(st.lists(st.sampled_from("abc"), min_size=8, max_size=max_rows))
    labels[:4] = ["a", "b", "a", "b"]
    kinds = draw(st.lists(st.sampled_from(FEATURES), min_size=1, max_size=5))
    columns = {
        f"f{place}": pa.array(
            draw(st.lists(values, min_size=len(labels), max_size=len(labels))), kind
        )
        for place, (kind, values) in enumerate(kinds)
    }
    return pa.table({**columns, "y": pa.array(labels)})
