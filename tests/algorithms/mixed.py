"""Mixed tables of one class, and what rows made from them have to obey."""

import datetime as dt
import math
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from schemas.survey import Column, Role
from tasks.algorithms.roles import feature_role

Donors = tuple[pa.Table, tuple[Column, ...]]

TEXTS = st.sampled_from(["a", "b", "c", ""])
INTERPOLATED = {
    pa.float64(): st.floats(),
    pa.float32(): st.floats(width=32),
    pa.float16(): st.floats(width=16),
    pa.int8(): st.integers(-(2**7), 2**7 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.decimal32(5, 2): st.decimals(-999, 999, places=2),
    pa.decimal128(38, 3): st.integers(1 - 10**35, 10**35 - 1).map(Decimal),
    pa.date32(): st.dates(),
    pa.date64(): st.dates(),
    pa.timestamp("us", "Europe/Paris"): st.datetimes(),
    pa.time32("s"): st.times().map(lambda moment: moment.replace(microsecond=0)),
    pa.time64("us"): st.times(),
    pa.duration("ms"): st.integers(-(2**40), 2**40).map(
        lambda ticks: dt.timedelta(milliseconds=ticks)
    ),
}
"""Types whose values lie between their parents', with values to the very ends."""
VOTED = {
    pa.bool_(): st.booleans(),
    pa.string(): TEXTS,
    pa.large_string(): TEXTS,
    pa.dictionary(pa.int8(), pa.string()): TEXTS,
    pa.dictionary(pa.int32(), pa.int64()): st.integers(0, 2),
}
"""Types whose values are voted by neighbours."""
NESTED = pa.list_(pa.int8())
"""A type no model reads."""


def roles(schema: pa.Schema, **named: Role) -> tuple[Column, ...]:
    """Give the named columns their roles and the others what their type allows."""
    return tuple(
        Column(
            name=field.name,
            type=str(field.type),
            role=named.get(field.name) or feature_role(field.type) or "ignore",
            nullable=field.nullable,
        )
        for field in schema
    )


@st.composite
def donors(draw: st.DrawFn, max_rows: int = 12) -> Donors:
    """Tables of one class, with nulls, a target, a key and an ignored column."""
    rows = draw(st.integers(2, max_rows))
    features = INTERPOLATED | VOTED
    kinds = draw(st.lists(st.sampled_from(list(features)), min_size=1, max_size=5))
    arrays = {
        f"f{place}": _array(draw, kind, features[kind], rows)
        for place, kind in enumerate(kinds)
    }
    arrays["y"] = pa.array([draw(TEXTS)] * rows)
    arrays["k"] = pa.array(range(rows))
    arrays["i"] = _array(draw, NESTED, st.lists(st.integers(0, 9)), rows)
    fields = [
        pa.field(name, array.type, nullable=name != "y", metadata={"unit": name})
        for name, array in arrays.items()
    ]
    schema = pa.schema(fields, {"made": "by hypothesis"})
    table = pa.table(list(arrays.values()), schema=schema)
    asked = {
        field.name: role
        for field in fields
        if (role := draw(st.sampled_from(_other_roles(field.type))))
    }
    return table, roles(schema, **{**asked, "y": "target", "k": "key", "i": "ignore"})


def _other_roles(kind: pa.DataType) -> list[Role | None]:
    """List the roles that a user may ask for and the type does not give."""
    if pa.types.is_boolean(kind):
        return [None, "numeric"]
    if pa.types.is_floating(kind):
        return [None]
    return [None, None, "categorical", "weight"] if kind in INTERPOLATED else [None]


def _array(
    draw: st.DrawFn, kind: pa.DataType, values: st.SearchStrategy[object], rows: int
) -> pa.Array:
    drawn = st.lists(st.none() | values, min_size=rows, max_size=rows)
    return pa.array(draw(drawn), kind)


def same(one: pa.Table, other: pa.Table) -> bool:
    """Compare to the last bit and the last metadata; NaN equals NaN."""
    schemas = one.schema.equals(other.schema, check_metadata=True)
    return schemas and repr(one.to_pylist()) == repr(other.to_pylist())


def is_between(value: object, parent: object, neighbour: object) -> bool:
    """Tell whether a value lies between two; where one is missing, is the parent's."""
    if _is_missing(parent) or _is_missing(neighbour):
        return repr(value) == repr(parent)
    return sorted([parent, value, neighbour])[1] == value  # type: ignore[type-var] # one type, with an order


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))
