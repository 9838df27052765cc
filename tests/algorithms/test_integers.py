"""Integers and moments go to 64 bits and back."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.integers import from_integers, to_integers
from tests.algorithms.mixed import INTERPOLATED

WHOLE = {
    kind: values
    for kind, values in INTERPOLATED.items()
    if not (pa.types.is_floating(kind) or pa.types.is_decimal(kind))
}


@pytest.mark.parametrize("kind", WHOLE, ids=str)
@given(data=st.data())
def test_there_and_back_changes_nothing(kind: pa.DataType, data: st.DataObject) -> None:
    values = pa.array(data.draw(st.lists(st.none() | WHOLE[kind])), kind)
    whole = to_integers(values)
    assert whole.type == (pa.uint64() if kind == pa.uint64() else pa.int64())
    assert from_integers(whole, kind).equals(values)


@pytest.mark.parametrize("kind", WHOLE, ids=str)
@given(data=st.data())
def test_order_is_kept(kind: pa.DataType, data: st.DataObject) -> None:
    values = pa.array(data.draw(st.lists(WHOLE[kind], min_size=2)), kind)
    pairs = zip(values.to_pylist(), to_integers(values).to_pylist(), strict=True)
    ordered = [whole for _, whole in sorted(pairs)]
    assert ordered == sorted(ordered)
