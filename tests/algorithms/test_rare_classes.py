"""Rare classes go where they are sent, and no row of theirs is lost."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.contract import TargetContract
from schemas.errors import UserError
from schemas.survey import Merger, Rejection
from tasks.algorithms.counts import count
from tasks.algorithms.labels import as_text
from tasks.algorithms.rare_classes import check_into, merger_notes, relabel, settle
from tests.strategies import LABELS, counts

REJECTED = (Rejection(label=None, reason="label is missing", rows=7),)


@given(classes=counts, below=st.integers(2, 2_100), into=st.none() | LABELS)
def test_every_row_is_left_merged_or_dropped(
    classes: dict[str, int], below: int, into: str | None
) -> None:
    fate = {"rare_drop": True} if into is None else {"rare_into": into}
    contract = TargetContract.model_validate({"rare_below": below, **fate})
    left, (missing, *dropped), merger = settle(classes, REJECTED, contract)
    assert missing == REJECTED[0]
    rare = {label: rows for label, rows in classes.items() if rows < below}
    if into is None:
        assert merger is None
        assert {one.label: one.rows for one in dropped} == rare
        assert left == {k: n for k, n in classes.items() if k not in rare}
        return
    assert not dropped
    rare.pop(into, None)
    assert (merger.rows if merger else {}) == rare
    assert sum(left.values()) == sum(classes.values())
    assert all(rows >= below or label == into for label, rows in left.items())


def test_without_a_limit_nothing_is_rare() -> None:
    assert settle({"b": 1, "a": 2}, (), TargetContract()) == (
        {"a": 2, "b": 1},
        (),
        None,
    )


COLUMNS = {
    "text": pa.array(["a", "b", None, "c", "other"]),
    "long text": pa.array(["a", "b", None, "c", "other"], pa.large_string()),
    "integer": pa.array([1, 2, None, 3, 9], pa.int8()),
    "unsigned": pa.array([1, 2, None, 3, 9], pa.uint64()),
    "float": pa.array([1.0, 2.0, float("nan"), 3.0, None], pa.float32()),
    "boolean": pa.array([True, False, None, True]),
    "levels": pa.array(["a", "b", None, "c", "b"]).dictionary_encode(),
    "few levels": pa.DictionaryArray.from_arrays(
        pa.array([0, 1, None, 127], pa.int8()), [f"n{n}" for n in range(128)]
    ),
    "levels in order": pa.DictionaryArray.from_arrays(
        [0, 1, 2], ["c", "a", "b"], ordered=True
    ),
    "no rows": pa.array([], pa.string()),
}
INTO = {"integer": "-1", "unsigned": "7", "float": "9", "boolean": "false"}


@pytest.mark.parametrize("kind", COLUMNS)
@given(data=st.data())
def test_merged_labels_alone_are_written_anew(kind: str, data: st.DataObject) -> None:
    array = COLUMNS[kind]
    plain = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    texts = as_text(plain).to_pylist()
    known = sorted({text for text in texts if text is not None})
    moved = data.draw(st.lists(st.sampled_from(known or ["x"]), unique=True))
    into = INTO.get(kind, data.draw(st.sampled_from(["other", "new", "b", ""])))
    merger = Merger(into=into, rows=dict.fromkeys(set(moved) - {into}, 1))
    cut = data.draw(st.integers(0, len(array)))
    column = pa.chunked_array([array[:cut], array[cut:]])
    field = pa.field("y", array.type, metadata={"unit": "kind"})
    table = pa.table(
        [range(len(array)), column], schema=pa.schema([("x", pa.int64()), field])
    )
    check_into("y", array.type, TargetContract(rare_below=2, rare_into=into))
    changed = relabel(table, "y", merger)
    changed.validate(full=True)
    assert changed.schema.equals(table.schema, check_metadata=True)
    assert changed["x"].equals(table["x"])
    expected = [into if text in merger.rows else text for text in texts]
    assert count(changed["y"]) == count(pa.array(expected, pa.string()))
    found = changed["y"]
    if pa.types.is_dictionary(array.type):
        found = found.cast(array.type.value_type)
    assert as_text(found.combine_chunks()).to_pylist() == expected


@pytest.mark.parametrize(
    ("kind", "into"),
    [
        (pa.int8(), "other"),
        (pa.int8(), "300"),
        (pa.int64(), "007"),
        (pa.bool_(), "maybe"),
        (pa.float64(), "2.0"),
        (pa.dictionary(pa.int8(), pa.int64()), "other"),
    ],
    ids=str,
)
def test_a_label_that_does_not_fit_the_column_is_refused(
    kind: pa.DataType, into: str
) -> None:
    contract = TargetContract(rare_below=2, rare_into=into)
    with pytest.raises(UserError, match=f"rare_into is '{into}'.*a text target"):
        check_into("y", kind, contract)


def test_the_largest_of_the_merged_are_named() -> None:
    merger = Merger(into="other", rows={f"c{n}": n for n in range(1, 8)})
    (note,) = merger_notes(merger)
    assert note.startswith("Rare classes became class 'other': 'c7' (7 rows), ")
    assert note.endswith(" and 2 more.")
    assert merger_notes(None) == ()
