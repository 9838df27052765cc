"""Odd numbers are counted as Python finds them, in parts as in the whole."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import BalanceConfig
from schemas.findings import OddNumbers
from tasks.algorithms.odd_words import odd_caution, odd_rows
from tasks.algorithms.oddities import (
    floating,
    infinite_rows,
    odd_numbers,
    to_be_finite,
    total,
)
from tests.algorithms.mixed import roles

ODD = [math.nan, math.inf, -math.inf, -0.0, 0.0, 1.5, None]
ROWS = st.lists(st.tuples(st.sampled_from(ODD), st.booleans()), max_size=30)
KINDS = [pa.float16(), pa.float32(), pa.float64()]


def _column(values: list[float | None], kind: pa.DataType) -> pa.Table:
    """Put a row before the others and take it away, so that arrays have an offset."""
    return pa.table({"x": pa.array([-0.0, *values], kind)}).slice(1)


def _expected(rows: list[tuple[float | None, bool]]) -> OddNumbers:
    kept = [value for value, rejected in rows if value is not None and not rejected]
    aside = [value for value, rejected in rows if value is not None and rejected]
    return OddNumbers(
        column="x",
        nan=sum(map(math.isnan, kept)),
        infinite=sum(map(math.isinf, kept)),
        infinite_rejected=sum(map(math.isinf, aside)),
        negative_zero=sum(v == 0 and math.copysign(1, v) < 0 for v in kept),
    )


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(rows=ROWS, at=st.integers(0, 30))
def test_odd_numbers_are_those_that_python_finds(
    kind: pa.DataType, rows: list[tuple[float | None, bool]], at: int
) -> None:
    found: list[OddNumbers] = []
    for part in (rows[:at], rows[at:]):
        table = _column([value for value, _ in part], kind)
        rejected = np.array([rejected for _, rejected in part], np.bool_)
        found += odd_numbers(table, ["x"], rejected)
    expected = _expected(rows)
    nothing = OddNumbers(column="x")
    assert total(found) == (() if expected == nothing else (expected,))


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(rows=st.lists(st.sampled_from(ODD)))
def test_infinite_rows_are_those_that_python_finds(
    kind: pa.DataType, rows: list[float | None]
) -> None:
    table = _column(rows, kind).append_column("z", pa.array([0.0] * len(rows)))
    found = infinite_rows(table, ["z", "x"]).tolist()
    assert found == [value is not None and math.isinf(value) for value in rows]


def test_only_features_are_looked_at() -> None:
    names = ["a", "b", "c", "d", "y"]
    kinds = [pa.float32(), pa.int8(), pa.float64(), pa.float16(), pa.float64()]
    columns = roles(
        pa.schema([*zip(names, kinds, strict=True)]), c="ignore", y="target"
    )
    assert floating(columns) == ("a", "d")
    asked = BalanceConfig(source="x", target="y")
    assert to_be_finite(asked, columns) == ()
    strict = BalanceConfig.model_validate(
        {"source": "x", "target": "y", "infinities": "reject"}
    )
    assert to_be_finite(strict, columns) == ("a", "d")


def test_infinite_numbers_are_told_unless_they_are_rejected() -> None:
    found = [
        OddNumbers(column="usual", nan=3),
        OddNumbers(column="aside", infinite_rejected=2),
        *(OddNumbers(column=f"c{n}\n", infinite=n + 1) for n in range(7)),
    ]
    assert odd_caution(found[:2]) == ""
    told = odd_caution(found)
    assert told.startswith("Infinite numbers in 'c6\\n' (7 rows), ")
    assert "and 2 more columns: models" in told
    assert odd_rows(found[:2]) == [
        {"Column": "usual", "NaN": 3, "Infinite, rejected": 0},
        {"Column": "aside", "NaN": 0, "Infinite, rejected": 2},
    ]
