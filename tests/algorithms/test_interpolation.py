"""Interpolated values lie between their parents, exactly, in every type."""

import datetime as dt
from decimal import Context, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.algorithms.interpolation import between
from tests.algorithms.mixed import INTERPOLATED, is_between

LAM = st.floats(0, 1, exclude_max=True)
LAST = 1 - 2**-53  # the largest factor there is
RANGES = {
    pa.int8(): (-(2**7), 2**7 - 1),
    pa.int64(): (-(2**63), 2**63 - 1),
    pa.uint64(): (0, 2**64 - 1),
}
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def one(kind: pa.DataType, parent: object, neighbour: object, lam: float) -> Any:  # noqa: ANN401 - as Arrow gives it
    ends = pa.array([parent], kind), pa.array([neighbour], kind)
    made = between(*ends, np.array([lam]))
    made.validate(full=True)
    assert made.type == kind
    return made.to_pylist()[0]


@pytest.mark.parametrize("kind", INTERPOLATED, ids=str)
@given(data=st.data())
def test_a_value_lies_between_its_parents(
    kind: pa.DataType, data: st.DataObject
) -> None:
    value = st.none() | INTERPOLATED[kind]
    row = st.tuples(value, value, LAM | st.sampled_from([0.0, LAST]))
    parents, neighbours, lam = zip(
        *data.draw(st.lists(row, min_size=1, max_size=8)), strict=True
    )
    ends = pa.array(parents, kind), pa.array(neighbours, kind)
    made = between(*ends, np.array(lam))
    made.validate(full=True)
    assert made.type == kind
    rows = zip(made.to_pylist(), *(end.to_pylist() for end in ends), strict=True)
    assert all(is_between(*row) for row in rows)


@given(FINITE, FINITE, LAM)
@example(-1.0, 2.0**-53 * 1.5, LAST)
@example(0.0, 5e-324, LAST)
def test_floats_are_the_textbook_formula(
    parent: float, neighbour: float, lam: float
) -> None:
    gap = neighbour - parent
    if np.isfinite(gap):
        assert one(pa.float64(), parent, neighbour, lam) == parent + lam * gap


@given(st.floats(width=32), st.floats(width=32), LAM)
def test_narrow_floats_are_rounded_once(
    parent: float, neighbour: float, lam: float
) -> None:
    if np.isfinite(parent) and np.isfinite(neighbour):
        wide = one(pa.float64(), parent, neighbour, lam)
        narrow = one(pa.float32(), parent, neighbour, lam)
        assert narrow == float(np.float32(wide))


def test_a_gap_beyond_float64_is_crossed() -> None:
    largest = float(np.finfo(np.float64).max)
    assert one(pa.float64(), -largest, largest, 0.5) == 0
    assert one(pa.float64(), largest, -largest, 0.25) == pytest.approx(largest / 2)


@settings(max_examples=200)
@given(st.sampled_from([*RANGES]), st.data(), LAM | st.just(LAST))
def test_integers_are_exact_but_for_one_rounding(
    kind: pa.DataType, data: st.DataObject, lam: float
) -> None:
    """Python's integers have no width: an oracle for those that do."""
    values = st.integers(*RANGES[kind])
    parent, neighbour = data.draw(values), data.draw(values)
    step = round(lam * abs(neighbour - parent))
    expected = parent + step if neighbour >= parent else parent - step
    assert one(kind, parent, neighbour, lam) == expected


def test_integers_beyond_53_bits_keep_their_last_digit() -> None:
    assert one(pa.int64(), 2**62 + 1, 2**62 + 3, 0.5) == 2**62 + 2
    assert one(pa.uint64(), 2**64 - 1, 2**64 - 5, 0.5) == 2**64 - 3
    assert one(pa.int64(), -(2**63), 2**63 - 1, LAST) == 2**63 - 2**11


def test_integers_are_rounded_not_truncated() -> None:
    assert one(pa.int32(), 0, 10, 0.29) == 3
    assert one(pa.int32(), 0, -10, 0.29) == -3


@given(st.integers(1 - 10**38, 10**38 - 1), st.integers(1 - 10**38, 10**38 - 1), LAM)
def test_decimals_are_exact_but_for_one_rounding(
    parent: int, neighbour: int, lam: float
) -> None:
    digits = Context(prec=80)
    ends = Decimal(parent).scaleb(-2, digits), Decimal(neighbour).scaleb(-2, digits)
    made = one(pa.decimal128(38, 2), *ends, lam)
    exact = digits.fma(Decimal(lam), digits.subtract(ends[1], ends[0]), ends[0])
    lam_error = abs(digits.subtract(ends[1], ends[0])) * Decimal("1e-17")
    error = abs(digits.subtract(made, exact))
    assert error <= lam_error + Decimal("0.005")


def test_moments_are_rounded_to_their_tick() -> None:
    day, later = dt.date(2024, 2, 28), dt.date(2024, 3, 1)
    assert one(pa.date32(), day, later, 0.5) == dt.date(2024, 2, 29)
    assert one(pa.date64(), day, later, 0.3) == dt.date(2024, 2, 29)
    assert one(pa.time32("s"), dt.time(0, 0, 1), dt.time(0, 0, 4), 0.5) == dt.time(
        0, 0, 3
    )  # 2.5 s before rounding, whose step of 1.5 s goes to the even 2


def test_a_zone_is_kept() -> None:
    kind = pa.timestamp("ns", "America/New_York")
    ends = pa.array([0], pa.int64()).cast(kind), pa.array([10]).cast(kind)
    assert between(*ends, np.array([0.5])).cast(pa.int64()).to_pylist() == [5]


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf"), float("-inf")])
def test_what_is_missing_stays_the_parents(missing: float | None) -> None:
    assert repr(one(pa.float64(), missing, 1.0, 0.5)) == repr(missing)
    assert one(pa.float64(), 1.0, missing, 0.5) == 1.0
