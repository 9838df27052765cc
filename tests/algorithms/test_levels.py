"""Columns with nearly as many levels as rows are named, others are not."""

import pyarrow as pa
import pytest

from tasks.algorithms.levels import level_features, nearly_unique
from tests.algorithms.mixed import roles

NAMES = [f"n{place}" for place in range(100)]


KINDS = [pa.string(), pa.large_string(), pa.dictionary(pa.int16(), pa.string())]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(("same", "named"), [(0, ["name"]), (9, ["name"]), (11, [])])
def test_nine_levels_in_ten_rows_are_too_many(
    kind: pa.DataType, same: int, named: list[str]
) -> None:
    values = pa.array([None, *NAMES[same:], *[NAMES[-1]] * same]).cast(kind)
    assert nearly_unique(pa.table({"name": values})) == named


def test_nulls_are_no_rows() -> None:
    table = pa.table({"name": NAMES[:50] + [None] * 500})
    assert nearly_unique(table) == ["name"]


def test_few_levels_are_never_too_many() -> None:
    assert nearly_unique(pa.table({"name": NAMES[:49]})) == []


def test_only_features_that_are_levels_are_looked_at() -> None:
    table = pa.table(
        {
            "id": NAMES,
            "note": NAMES,
            "size": range(100),
            "code": range(100),
            "flag": [True] * 100,
            "level": pa.array(NAMES).dictionary_encode(),
            "name": NAMES,
        }
    )
    columns = roles(table.schema, id="key", note="ignore", code="categorical")
    assert level_features(table.schema, columns) == ["code", "level", "name"]
