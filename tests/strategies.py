"""Hypothesis strategies that several tests share."""

import datetime as dt
import random
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
    _column(pa.float64(), st.floats()),
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


NAMES = [
    "",
    " ",
    "a",
    "a.b",
    "two words",
    "\N{SAILBOAT}",
    "quo\"te's",
    "<b>&amp;</b>",
    "__x__",
    "reason",
    "reason_",
    "label",
    "file",
    "row",
    "evenkeel_ordinal",
    "index",
    "0",
]
"""Names of columns that some program somewhere would trip over."""


@st.composite
def tables(draw: st.DrawFn, max_rows: int = 120) -> pa.Table:
    """Tables of oddly named mixed columns with nulls, and a text target ``y``.

    The target has two classes at least, of any size from one row; now and then a
    label is missing.
    """
    labels = draw(st.lists(LABELS, min_size=2, max_size=4, unique=True))
    rows = draw(st.lists(st.integers(0, 40), min_size=8, max_size=max_rows))
    targets = [*labels, *(_label(place, labels) for place in rows)]
    kinds = draw(st.lists(st.sampled_from(FEATURES), min_size=1, max_size=5))
    names = draw(st.permutations(NAMES))
    columns = {
        name: draw(_cells(len(targets), *kind))
        for name, kind in zip(names, kinds, strict=False)
    }
    return pa.table({**columns, "y": pa.array(targets, pa.string())})


def _label(place: int, labels: list[str]) -> str | None:
    """Turn a number in 0..40 into a label: the first is frequent, none is rare."""
    return None if place == 40 else labels[max(0, place - 40 + len(labels))]


@st.composite
def _cells(
    draw: st.DrawFn, rows: int, kind: pa.DataType, values: st.SearchStrategy[object]
) -> pa.Array:
    """Repeat a dozen values in any order: cheap to draw, and rich in ties."""
    pool = draw(st.lists(values, min_size=1, max_size=12))
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - no secret
    return pa.array(rng.choices(pool, k=rows), kind)
