"""Partition columns in folder names, with pyarrow.dataset as the oracle."""

from urllib.parse import quote

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from tasks.storage.hive import NULL, read_partitions

KEYS = ("year", "a b", "ключ")
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.lists(st.tuples(texts, texts), min_size=1))
def test_any_text_survives_quoting(rows: list[tuple[str, str]]) -> None:
    names = [f"a={quote(a, safe='')}/b={quote(b, safe='')}/x.parquet" for a, b in rows]
    found = read_partitions(names).values
    read = [tuple(str(v) for v in row.values()) for row in found]
    assert read == [tuple("None" if t == NULL else t for t in row) for row in rows]


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_integers_are_read_as_integers(numbers: list[int | None]) -> None:
    names = [f"n={NULL if n is None else n}/x.parquet" for n in numbers]
    fields, values = read_partitions(names)
    assert [row["n"] for row in values] == numbers
    assert (fields[0].type == pa.int64()) == any(n is not None for n in numbers)


@pytest.mark.parametrize(
    "value", ["07", "-0", "+1", "1.0", "1_0", "٣", str(2**63), " 1"]
)
def test_one_value_that_is_no_canonical_integer_makes_text(value: str) -> None:
    fields, values = read_partitions([f"n={quote(value)}/x", "n=1/x"])
    assert fields[0].type == pa.string()
    assert [row["n"] for row in values] == [value, "1"]


@given(st.permutations(KEYS), st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_keys_and_values_are_those_of_pyarrow(
    keys: list[str], values: list[int]
) -> None:
    folders = "/".join(f"{k}={v}" for k, v in zip(keys, values, strict=True))
    fields, found = read_partitions([f"plain/{folders}/x=y.parquet"])
    schema = pa.schema([pa.field(key, pa.int64()) for key in keys])
    expression = ds.HivePartitioning(schema).parse(f"/{folders}/x.parquet")
    assert [field.name for field in fields] == list(keys)
    assert ds.get_partition_keys(expression) == found[0]


def test_a_source_without_partitions_has_none() -> None:
    assert read_partitions(["a/x", "=1/y", "z"]) == ((), ({}, {}, {}))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a=1/x", "b=1/x"], r"'b=1/x' has the partition columns \['b'\]"),
        (["a=1/x", "x"], "same key=value folders"),
        (["a=1/b=1/x", "b=1/a=1/x"], "same key=value folders"),
        (["a=1/a=2/x"], "'a' twice"),
        (["a=%FF/x"], "not percent-encoded UTF-8"),
    ],
)
def test_folders_that_make_no_column_are_refused(
    names: list[str], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        read_partitions(names)
