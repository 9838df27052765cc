"""Rows are held against the schema as Pandera holds a frame against it."""

import datetime as dt
import json
from decimal import Decimal

import numpy as np
import pandera.errors
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.io.pandas_io import deserialize_schema

from schemas.contract import TargetContract
from schemas.errors import UserError
from schemas.survey import Column, Rejection
from tasks.algorithms.bounds import (
    bounded,
    bounded_in_made,
    gone_notes,
    judge,
    rejected,
    without_labels,
)
from tasks.algorithms.counts import ClassCounts, count
from tests import evidence


def column(name: str, kind: pa.DataType, **checks: object) -> Column:
    """Say what a feature must be."""
    return Column(
        name=name,
        type=str(kind),
        role="numeric",
        nullable=True,
        checks=json.dumps(checks),
    )


NUMBERS = st.none() | st.floats(-9, 9)
TEXTS = st.none() | st.sampled_from(["a", "ab", "b", ""])
ROWS = st.lists(st.tuples(NUMBERS, TEXTS), min_size=1, max_size=20)
BOUNDS: dict[str, dict[str, object]] = {
    "x": {"in_range": {"min_value": -3, "max_value": 5}, "not_equal_to": 1.0},
    "t": {"isin": ["a", "ab"], "str_length": {"min_value": 1, "max_value": 1}},
}


@settings(max_examples=25)
@given(rows=ROWS, nullable=st.booleans())
def test_the_rows_that_fail_are_those_that_pandera_names(
    rows: list[tuple[float | None, str | None]], *, nullable: bool
) -> None:
    x, t = (list(part) for part in zip(*rows, strict=True))
    table = pa.table({"x": pa.array(x, pa.float64()), "t": pa.array(t, pa.string())})
    told = {name: {**checks, "nullable": nullable} for name, checks in BOUNDS.items()}
    columns = [column(name, table[name].type, **part) for name, part in told.items()]
    schema = deserialize_schema({"columns": json.loads(json.dumps(told))})  # type: ignore[no-untyped-call]
    expected: set[int] = set()
    try:
        schema.validate(table.to_pandas(), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        expected = {int(place) for place in errors.failure_cases["index"].dropna()}
    verdict = judge(table, columns)
    assert set(np.flatnonzero(verdict.unfit).tolist()) == expected


MOMENT = dt.datetime(2020, 5, 5, 12, tzinfo=dt.UTC)
TYPED = [
    (pa.int8(), [1, 5, None], {"less_than": 5}),
    (pa.uint64(), [2**63 - 2, 2**64 - 1, None], {"isin": [2**63 - 2]}),
    (pa.int64(), [2**62, 2**62 + 1, None], {"equal_to": 2**62}),
    (pa.float16(), [1.0, 5.0, None], {"less_than": 5}),
    (pa.float32(), [1.0, 5.0, float("nan")], {"less_than": 5}),
    (pa.decimal128(9, 2), [Decimal("1.5"), Decimal("5.5"), None], {"less_than": 5}),
    (pa.bool_(), [True, False, None], {"equal_to": True}),
    (pa.large_string(), ["ab", "b", None], {"str_startswith": "a"}),
    (
        pa.date32(),
        [dt.date(2020, 1, 1), dt.date(2021, 1, 2), None],
        {"less_than": "2021-01-02"},
    ),
    (
        pa.date64(),
        [dt.date(2020, 1, 1), dt.date(2021, 1, 2), None],
        {"isin": ["2020-01-01"]},
    ),
    (
        pa.timestamp("us", "Europe/Paris"),
        [MOMENT, MOMENT + dt.timedelta(1), None],
        {"less_than_or_equal_to": "2020-05-05 12:00:00"},
    ),
]


@pytest.mark.parametrize(("kind", "values", "checks"), TYPED, ids=lambda v: str(v)[:20])
@pytest.mark.parametrize("nullable", [True, False])
def test_values_of_every_type_are_read(
    kind: pa.DataType,
    values: list[object],
    checks: dict[str, object],
    *,
    nullable: bool,
) -> None:
    table = pa.table({"x": pa.array(values, kind, from_pandas=True)})
    verdict = judge(table, [column("x", kind, **checks, nullable=nullable)])
    assert verdict.unfit.tolist() == [False, True, not nullable]
    assert all(reason.startswith("x is ") for reason in verdict.reasons)


def test_levels_are_read_whatever_their_layout() -> None:
    table = pa.table({"x": pa.array(["a", "b", None, "a"]).dictionary_encode()})
    asked = [column("x", table["x"].type, isin=["a"], nullable=True)]
    assert judge(table, asked).unfit.tolist() == [False, True, False, False]


def test_a_check_that_does_not_fit_the_type_is_told() -> None:
    for kind, values, checks in (
        (pa.string(), ["a"], {"greater_than": 3}),
        (pa.int64(), [1], {"str_matches": "a"}),
        (pa.uint64(), [2**64 - 1], {"isin": [2**64 - 1]}),
        (pa.duration("s"), [1], {"greater_than": "x"}),
    ):
        table = pa.table({"x": pa.array(values, kind)})
        with pytest.raises(UserError, match="ask what fits its type"):
            judge(table, [column("x", kind, **checks)])


def test_a_row_is_told_the_first_thing_that_is_wrong() -> None:
    table = pa.table({"x": [1, 9, None], "z": [0, 0, 0]})
    columns = [
        column("x", pa.int64(), less_than=5),
        column("z", pa.int64(), equal_to=1),
    ]
    verdict = judge(table, columns)
    told = [verdict.reasons[place] for place in verdict.first]
    assert told == [
        "z is not equal_to(1)",
        "x is not less_than(5)",
        "x is missing",
    ]
    assert judge(table.slice(0, 0), columns).first.tolist() == []


def test_rows_that_fail_are_listed_by_reason_and_label() -> None:
    failed = count(pa.array(["b", None, "a", "b"]))
    assert rejected({"x is missing": failed}) == tuple(
        Rejection(label=label, reason="x is missing", rows=rows, feature=True)
        for label, rows in (("a", 1), ("b", 2), (None, 1))
    )
    assert rejected({"x is missing": ClassCounts()}) == ()


@given(cut=st.integers(0, 4))
def test_rows_that_fail_lose_their_label_and_nothing_else(cut: int) -> None:
    labels = pa.array(["a", "b", "a", None])
    field = pa.field("y", pa.string(), metadata={"of": "y"})
    table = pa.table(
        [pa.chunked_array([labels[:cut], labels[cut:]]), range(4)],
        schema=pa.schema([field, pa.field("x", pa.int64())]),
    )
    found = without_labels(table, "y", np.array([True, False, False, False]))
    assert found["y"].to_pylist() == [None, "b", "a", None]
    assert found["x"].equals(table["x"])
    assert found.schema.equals(table.schema, check_metadata=True)


def test_synthetic_rows_are_not_asked_for_what_they_lack() -> None:
    asked = [column("k", pa.int64()), column("x", pa.int64())]
    asked[0] = asked[0].model_copy(update={"role": "key"})
    free = Column(name="z", type="int64", role="numeric", nullable=True)
    assert bounded([*asked, free]) == asked
    assert bounded_in_made([*asked, free]) == asked[1:]


def test_a_class_of_which_no_row_is_left_is_told() -> None:
    survey = evidence.binary().survey
    part, other = next(iter(survey.counts)), "strange"
    lost = [("gone", "a", 3), ("gone", "b", 4), (part, "a", 5), (other, "a", 6)]
    lost += [(other, "label is not allowed", 7)]
    rejections = tuple(
        Rejection(label=k, reason=why, rows=n, feature=len(why) == 1)
        for k, why, n in lost
    )
    found = survey.model_copy(update={"rejections": rejections})
    (told,) = gone_notes(found, TargetContract())
    assert told.startswith("No row is left of 'gone' (7 rows): ")
    assert gone_notes(found, TargetContract(allowed=(part,))) == ()
    assert gone_notes(survey, TargetContract()) == ()
