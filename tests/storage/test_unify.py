"""Files whose types differ a little are one table, and no value changes unnoticed."""

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from tasks.storage.footers import read_fragments
from tasks.storage.parquet import read_batches
from tasks.storage.unify import shared_schema
from tests.storage.tables import on_disk

TEXT, LEVELS = pa.string(), pa.dictionary(pa.int32(), pa.string())

MERGED = {
    "integers become the widest": (pa.int32(), pa.int64(), pa.int64()),
    "signed and unsigned hold both": (pa.uint32(), pa.int32(), pa.int64()),
    "an integer with a float": (pa.int64(), pa.float64(), pa.float64()),
    "however narrow": (pa.int32(), pa.float32(), pa.float64()),
    "floats become the widest": (pa.float32(), pa.float64(), pa.float64()),
    "nulls alone are anything": (pa.null(), TEXT, TEXT),
    "also a category": (pa.null(), LEVELS, LEVELS),
    "text with large text": (TEXT, pa.large_string(), pa.large_string()),
    "a category with text": (LEVELS, TEXT, TEXT),
    "a category with large text": (LEVELS, pa.large_string(), pa.large_string()),
    "moments get the finest unit": (
        pa.timestamp("us", "UTC"),
        pa.timestamp("ns", "UTC"),
        pa.timestamp("ns", "UTC"),
    ),
    "decimals the most digits": (
        pa.decimal128(9, 2),
        pa.decimal128(12, 4),
        pa.decimal128(12, 4),
    ),
}

APART = {
    "text is no number": (pa.int64(), TEXT),
    "a truth is no number": (pa.bool_(), pa.int8()),
    "a zone is not another": (pa.timestamp("us", "UTC"), pa.timestamp("us", "CET")),
    "nor none": (pa.timestamp("us", "UTC"), pa.timestamp("us")),
    "a day is no moment": (pa.date32(), pa.timestamp("us")),
    "bytes are no text": (pa.binary(), TEXT),
    "decimals lose digits as floats": (pa.decimal128(9, 2), pa.float64()),
    "lists are not looked into": (pa.list_(pa.int32()), pa.list_(pa.int64())),
}


def _of(kind: pa.DataType) -> pa.Schema:
    return pa.schema([("x", kind)])


@pytest.mark.parametrize("case", MERGED)
def test_types_are_merged(case: str) -> None:
    one, other, both = MERGED[case]
    for pair in ((one, other), (other, one)):
        assert shared_schema(["a", "b"], [*map(_of, pair)]).field("x").type == both


@pytest.mark.parametrize("case", APART)
def test_types_that_cannot_be_merged_are_named_with_file_and_column(case: str) -> None:
    one, other = APART[case]
    with pytest.raises(UserError) as caught:
        shared_schema(["a", "b", "c"], [_of(one), _of(one), _of(other)])
    assert f"'c' has the column 'x' of type {other}" in str(caught.value)
    assert f"'a' has it of type {one}" in str(caught.value)


def test_the_file_is_named_that_the_merged_type_is_from() -> None:
    kinds = [pa.int8(), pa.float64(), pa.string()]
    with pytest.raises(UserError, match="'b' has it of type double"):
        shared_schema(["a", "b", "c"], [*map(_of, kinds)])


def test_columns_may_be_in_any_order_and_null_in_any_file() -> None:
    one = pa.schema([pa.field("x", pa.int8(), nullable=False), ("s", TEXT)])
    other = pa.schema([("s", TEXT), ("x", pa.int8())])
    assert shared_schema(["a", "b"], [one, other]) == pa.schema(
        [("x", pa.int8()), ("s", TEXT)]
    )


def _write(folder: str, *columns: pa.Array) -> None:
    for place, column in enumerate(columns):
        table = pa.table({"x": column, "other": range(len(column))})
        pq.write_table(table, Path(folder, f"{place}.parquet"), row_group_size=3)


WHOLE = st.integers(-(2**53), 2**53)


@on_disk
@given(st.lists(st.none() | WHOLE, min_size=1), st.lists(st.floats(allow_nan=False)))
def test_an_integer_is_the_same_number_as_a_float(
    whole: list[int | None], floats: list[float]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _write(folder, pa.array(whole, pa.int64()), pa.array(floats, pa.float64()))
        fragments, schema = read_fragments(folder)
        tables = [table for _, table in read_batches(fragments, schema)]
    found = pa.concat_tables(tables).column("x")
    assert found.type == pa.float64()
    assert found.to_pylist() == [*whole, *floats]


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 2**63 - 1])
def test_an_integer_that_no_float_holds_is_told(value: int, tmp_path: Path) -> None:
    _write(str(tmp_path), pa.array([1.5]), pa.array([1, value]))
    fragments, schema = read_fragments(str(tmp_path))
    with pytest.raises(UserError) as caught:
        list(read_batches(fragments, schema))
    told = str(caught.value)
    assert told.startswith("'1.parquet' has the column 'x' of type int64")
    assert str(value) in told


def test_a_date_beyond_nanoseconds_is_told(tmp_path: Path) -> None:
    late = pa.array([2**60], pa.timestamp("us"))
    _write(str(tmp_path), late, pa.array([1], pa.timestamp("ns")))
    fragments, schema = read_fragments(str(tmp_path))
    with pytest.raises(
        UserError, match=r"'0.parquet' has the column 'x'.*would change"
    ):
        list(read_batches(fragments, schema))
