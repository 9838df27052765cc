"""What a model sees of each Arrow type."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.survey import Column, Role
from tasks.algorithms.columns import categorical, numeric
from tasks.algorithms.features import to_frame


def column(name: str, role: Role) -> Column:
    return Column(name=name, type="", role=role, nullable=True)


def read(values: pa.Array, role: Role) -> pd.Series:
    return to_frame(pa.table({"a": values}), [column("a", role)])["a"]


def test_only_features_are_read_numbers_first() -> None:
    roles: list[Role] = [
        "target",
        "categorical",
        "key",
        "numeric",
        "ignore",
        "temporal",
    ]
    columns = [column(role, role) for role in roles]
    table = pa.table({role: pa.array([1, 2]) for role in roles})
    assert numeric(columns) == ["numeric", "temporal"]
    assert categorical(columns) == ["categorical"]
    assert list(to_frame(table, columns)) == ["numeric", "temporal", "categorical"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1, None, 3], pa.int64()), [1, np.nan, 3]),
        (pa.array([2**63, None], pa.uint64()), [2.0**63, np.nan]),
        (pa.array([2**53 + 1], pa.int64()), [2.0**53]),
        (pa.array([1.5, float("nan"), None], pa.float32()), [1.5, np.nan, np.nan]),
        (pa.array([0.5], pa.float16()), [0.5]),
        (pa.array([float("inf"), -float("inf"), 1e300]), [np.nan] * 3),
        (pa.array([Decimal("1.25"), None]), [1.25, np.nan]),
    ],
)
def test_numbers_become_floats(values: pa.Array, expected: list[float]) -> None:
    found = read(values, "numeric")
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        (pa.array([date(1970, 1, 3), None], pa.date32()), 2),
        (pa.array([date(1970, 1, 3), None], pa.date64()), 2 * 86_400_000),
        (pa.array([datetime(1970, 1, 1, 1), None], pa.timestamp("s")), 3600),  # noqa: DTZ001 - a naive column
        (pa.array([1, None], pa.timestamp("ns", "Europe/Rome")), 1),
        (pa.array([time(0, 1), None], pa.time32("s")), 60),
        (pa.array([time(0, 1), None], pa.time64("us")), 60_000_000),
        (pa.array([timedelta(days=1), None], pa.duration("s")), 86_400),
    ],
)
def test_time_becomes_ticks_of_its_unit(values: pa.Array, ticks: float) -> None:
    np.testing.assert_array_equal(read(values, "temporal"), [ticks, np.nan])


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a", None, "b"]),
        pa.array(["a", None, "b"], pa.large_string()),
        pa.array(["a", None, "b"]).dictionary_encode(),
        pa.array(["a", None, "b"], pa.large_string()).dictionary_encode(),
    ],
)
def test_text_stays_text_whatever_its_type(values: pa.Array) -> None:
    found = read(values, "categorical")
    assert found.dtype == "str"
    assert found.isna().tolist() == [False, True, False]
    assert found.dropna().tolist() == ["a", "b"]


def test_booleans_are_categories() -> None:
    found = read(pa.array([True, None, False]), "categorical")
    assert found.dropna().tolist() == ["true", "false"]


@pytest.mark.parametrize("role", ["numeric", "categorical"])
def test_a_column_without_values_is_all_missing(role: Role) -> None:
    assert read(pa.nulls(3), role).isna().all()


@given(st.lists(st.floats(allow_nan=True) | st.none()), st.integers(1, 5))
def test_chunks_do_not_matter(values: list[float | None], size: int) -> None:
    whole = pa.table({"a": pa.array(values, pa.float64())})
    parts = [whole.slice(start, size) for start in range(0, len(values), size)]
    chunked = pa.concat_tables([whole.schema.empty_table(), *parts])
    columns = [column("a", "numeric")]
    pd.testing.assert_frame_equal(to_frame(chunked, columns), to_frame(whole, columns))
    assert np.isfinite(to_frame(whole, columns)["a"].dropna()).all()
