"""What a row counts for: a finite number above 0, whatever its type."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.algorithms.columns import assign
from tasks.algorithms.row_weights import check_weights, row_weights

CONFIG = BalanceConfig(source="x", target="y", weight="w")


@pytest.mark.parametrize(
    "weights",
    [
        pa.array([1, 2], pa.uint8()),
        pa.array([1.0, 2.0], pa.float16()),
        pa.array([Decimal("1.00"), Decimal("2.00")]),
    ],
    ids=lambda array: str(array.type),
)
def test_weights_of_rows_and_classes_are_multiplied(weights: pa.Array) -> None:
    table = pa.table({"w": weights, "y": ["a", "b"]})
    columns = assign(table.schema, CONFIG)
    assert [column.role for column in columns] == ["weight", "target"]
    check_weights("w", table["w"], 0)
    for given, expected in ((None, [1, 2]), (np.array([3.0, 5.0]), [3, 10])):
        np.testing.assert_array_equal(row_weights(table, columns, given), expected)
    assert row_weights(table, columns[1:]) is None


@pytest.mark.parametrize("value", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_a_row_that_counts_for_nothing_is_named(value: float | None) -> None:
    values = pa.chunked_array([[1.0], [value]], pa.float64())
    with pytest.raises(UserError, match=rf"holds {value} in row 1,001; a row counts"):
        check_weights("w", values, 1_000)


def test_text_is_no_weight() -> None:
    with pytest.raises(UserError, match="weight column 'w' has type string"):
        assign(pa.schema([("w", pa.string()), ("y", pa.string())]), CONFIG)
