"""Columns with nearly as many levels as rows are named, others are not."""

import pyarrow as pa
import pytest

from tasks.algorithms.levels import nearly_unique
from tests.algorithms.mixed import roles

NAMES = [f"n{place}" for place in range(100)]


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)
@pytest.mark.parametrize(("same", "named"), [(0, True), (10, True), (11, False)])
def test_nine_levels_in_ten_rows_are_too_many(
    kind: pa.DataType, same: int, named: bool
) -> None:
    values = pa.array([None, *NAMES[same:], *[NAMES[-1]] * same], kind)
    table = pa.table({"name": values})
    assert nearly_unique(table, roles(table.schema)) == ["name"] * named


def test_nulls_are_no_rows() -> None:
    table = pa.table({"name": NAMES[:50] + [None] * 500})
    assert nearly_unique(table, roles(table.schema)) == ["name"]


def test_few_levels_are_never_too_many() -> None:
    table = pa.table({"name": NAMES[:49]})
    assert nearly_unique(table, roles(table.schema)) == []
    assert nearly_unique(table, roles(table.schema), at_least=49) == ["name"]


def test_only_categorical_text_counts() -> None:
    table = pa.table(
        {
            "id": NAMES,
            "note": NAMES,
            "size": range(100),
            "level": pa.array(range(100)).dictionary_encode(),
            "name": NAMES,
        }
    )
    columns = roles(table.schema, id="key", note="ignore")
    assert nearly_unique(table, columns) == ["name"]
