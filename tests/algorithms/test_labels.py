"""Laws of labels as text and as codes, for every type a target may have."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.counts import ClassCounts, count, in_label_order
from tasks.algorithms.labels import encode, is_label_type
from tests.strategies import LABELS

VALUES = {
    pa.string(): LABELS,
    pa.large_string(): LABELS,
    pa.dictionary(pa.int8(), pa.string()): st.sampled_from(["a", "b", ""]),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.bool_(): st.booleans(),
    pa.float64(): st.integers(-(2**53), 2**53).map(float),
}


@st.composite
def _targets(draw: st.DrawFn) -> pa.ChunkedArray:
    kind, values = draw(st.sampled_from(list(VALUES.items())))
    chunks = draw(st.lists(st.lists(st.none() | values, max_size=20), max_size=4))
    return pa.chunked_array([pa.array(chunk, kind) for chunk in chunks], kind)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


@given(column=_targets())
def test_counts_are_those_of_a_plain_loop_and_codes_point_back(
    column: pa.ChunkedArray,
) -> None:
    values = column.to_pylist()
    texts = [None if value is None else _text(value) for value in values]
    found = count(column)
    assert found.missing == texts.count(None)
    assert found.rows == {t: texts.count(t) for t in texts if t is not None}
    labels = in_label_order(list(found.rows))
    codes = encode(column, labels)
    assert [labels[c] if c >= 0 else None for c in codes.tolist()] == texts


@given(columns=st.lists(_targets(), min_size=3, max_size=3))
def test_counts_are_a_monoid(columns: list[pa.ChunkedArray]) -> None:
    a, b, c = map(count, columns)
    assert (a + b) + c == a + (b + c)
    assert a + ClassCounts() == a == ClassCounts() + a
    assert (a + b).total == len(columns[0]) + len(columns[1])


def test_a_label_that_is_not_listed_has_no_code() -> None:
    assert encode(pa.array(["x", "y", None]), ["y"]).tolist() == [-1, 0, -1]


def test_nan_is_a_missing_label_and_a_fraction_is_kept_apart() -> None:
    assert count(pa.array([1.0, float("nan"), 1.5])).rows == {"1": 1, "1.5": 1}
    assert count(pa.array([1.0, float("nan"), 1.5])).missing == 1


@pytest.mark.parametrize("kind", [pa.binary(), pa.list_(pa.int8()), pa.date32()])
def test_other_types_cannot_be_labels(kind: pa.DataType) -> None:
    assert not is_label_type(kind)
