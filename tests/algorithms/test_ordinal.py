"""Levels in an order: ranks for models, and levels between levels for made rows."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.survey import Column
from tasks.algorithms.columns import assign
from tasks.algorithms.features import to_frame
from tasks.algorithms.ordinal import between_levels, check_known, with_ranks

SIZES = ("small", "medium", "large", "huge")
KINDS = {
    pa.string(): SIZES,
    pa.large_string(): SIZES,
    pa.dictionary(pa.int8(), pa.string()): SIZES,
    pa.dictionary(pa.int32(), pa.string(), ordered=True): SIZES,
    pa.int16(): ("7", "-3", "5"),
    pa.uint64(): ("7", "3", "5"),
    pa.float32(): ("2", "1", "3"),
    pa.bool_(): ("true", "false"),
}


def _column(kind: pa.DataType) -> Column:
    levels = KINDS[kind]
    return Column(
        name="size", type=str(kind), role="ordinal", nullable=True, levels=levels
    )


def _array(ranks: list[int | None], kind: pa.DataType) -> pa.Array:
    levels = KINDS[kind]
    texts = [None if rank is None else levels[rank % len(levels)] for rank in ranks]
    if pa.types.is_dictionary(kind):
        return pa.array(texts).dictionary_encode().cast(kind)
    return pa.array(texts, pa.string()).cast(kind)


RANKS = st.none() | st.integers(0, 5)
ROWS = st.lists(st.tuples(RANKS, RANKS, st.floats(0, 1, exclude_max=True)), min_size=1)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(rows=ROWS)
def test_a_level_lies_between_those_of_its_parents(
    kind: pa.DataType, rows: list[tuple[int | None, int | None, float]]
) -> None:
    column, count = _column(kind), len(KINDS[kind])
    parents, neighbours, shares = (list(part) for part in zip(*rows, strict=True))
    made = between_levels(
        _array(parents, kind), _array(neighbours, kind), np.array(shares), column
    )
    made.validate(full=True)
    assert made.type == kind
    table = with_ranks(pa.table({"size": made}), [column])
    for rank, low, high, share in zip(
        table["size"].to_pylist(), *zip(*rows, strict=True), strict=True
    ):
        if low is None or high is None:
            assert rank == (None if low is None else low % count)
            continue
        start, end = low % count, high % count
        steps = round(share * abs(end - start))
        assert rank == start + (steps if end > start else -steps)


def test_a_model_reads_ranks() -> None:
    config = BalanceConfig(source="x", target="y", ordinal={"size": SIZES})
    table = pa.table({"size": ["large", None, "small"], "y": [0, 1, 0]})
    columns = assign(table.schema, config)
    assert [column.role for column in columns] == ["ordinal", "target"]
    ranks = to_frame(table, columns)["size"].to_numpy()
    assert np.array_equal(ranks, [2, np.nan, 0], equal_nan=True)


def test_a_level_that_is_not_listed_is_named() -> None:
    with pytest.raises(UserError, match=r"'tiny' \(3 rows\); put them in their place"):
        check_known(_column(pa.string()), {"small": 5, "tiny": 3})
    check_known(_column(pa.string()), {"small": 5})


@pytest.mark.parametrize(
    ("kind", "levels", "message"),
    [
        (pa.int8(), ("low", "high"), "not as its type int8 writes them"),
        (pa.int8(), ("1", "300"), "not as its type int8 writes them"),
        (pa.int8(), ("01", "2"), "not as its type int8 writes them"),
        (pa.list_(pa.int8()), ("1", "2"), "holds no levels"),
    ],
    ids=str,
)
def test_levels_that_a_column_cannot_hold_are_refused(
    kind: pa.DataType, levels: tuple[str, ...], message: str
) -> None:
    config = BalanceConfig(source="x", target="y", ordinal={"size": levels})
    schema = pa.schema([("size", kind), ("y", pa.string())])
    with pytest.raises(UserError, match=message):
        assign(schema, config)
