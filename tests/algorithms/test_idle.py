"""Columns of one value, or of none, are of no use; all others are left alone."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.algorithms.idle import idle, idle_caution
from tests.algorithms.mixed import roles


@settings(max_examples=20)
@given(st.lists(st.none() | st.sampled_from(["a", "b"]), min_size=1, max_size=9))
def test_a_column_is_idle_if_its_rows_are_alike(values: list[str | None]) -> None:
    table = pa.table({"t": pa.array(values, pa.string())})
    assert (idle(table, roles(table.schema)) == ("t",)) == (len(set(values)) == 1)


def test_every_type_can_be_idle_but_only_features_are() -> None:
    rows = 4
    table = pa.table(
        {
            "number": [0.0, -0.0, 0.0, 0.0],
            "infinite": [float("inf"), float("nan"), None, -float("inf")],
            "moment": pa.array([5] * rows, pa.timestamp("us")),
            "flag": [True] * rows,
            "level": pa.array(["a"] * rows).dictionary_encode(),
            "nothing": pa.nulls(rows, pa.string()),
            "key": [1] * rows,
            "useful": [1, 1, 1, 2],
            "gaps": [None, 1, 1, 1],
        }
    )
    found = idle(table, roles(table.schema, key="key"))
    assert set(found) == set(table.column_names) - {"key", "useful", "gaps"}
    assert idle(table.slice(0, 0), roles(table.schema)) == ()


def test_some_are_named_and_the_others_counted() -> None:
    assert idle_caution([]) == ""
    assert idle_caution(["a\n"]).startswith(r"No model can learn from 'a\n': all")
    assert "'c4' and 2 more: all" in idle_caution([f"c{n}" for n in range(7)])
