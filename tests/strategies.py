"""Hypothesis strategies that several tests share."""

import datetime as dt
import random
from decimal import Decimal
from itertools import repeat

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
    "A",
    "x/y",
    "two\nlines",
    "C:\\z",
    "neighbours",
    "vote: a",
    "evenkeel_spared",
]
"""Names of columns that some program somewhere would trip over."""


@st.composite
def tables(draw: st.DrawFn, max_class: int = 60) -> pa.Table:
    """Tables of oddly named mixed columns with nulls, and a text target ``y``.

    The target has two to four classes of any size up to the given one, and now and
    then rows without a label.
    """
    sizes = st.integers(1, max_class)
    classes = draw(st.dictionaries(LABELS, sizes, min_size=2, max_size=4))
    missing = draw(st.just(0) | st.integers(1, 5))
    rng = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - no secret
    labels = [label for label, rows in classes.items() for _ in range(rows)]
    targets = rng.sample([*labels, *repeat(None, missing)], len(labels) + missing)
    kinds = draw(st.lists(st.sampled_from(FEATURES), min_size=1, max_size=5))
    names = draw(st.permutations(NAMES))
    columns = {
        name: _cells(draw(_pool(values)), kind, rng, len(targets))
        for name, (kind, values) in zip(names, kinds, strict=False)
    }
    return pa.table({**columns, "y": pa.array(targets, pa.string())})


def _pool(values: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    return st.lists(values, min_size=1, max_size=12)


def _cells(
    pool: list[object], kind: pa.DataType, rng: random.Random, rows: int
) -> pa.Array:
    """Repeat a dozen values in any order: cheap to draw, and rich in ties."""
    return pa.array(rng.choices(pool, k=rows), kind)
