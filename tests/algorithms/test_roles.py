"""What the type of a column makes of it; roles of whole tables are in test_columns."""

import pyarrow as pa
import pytest

from tasks.algorithms.roles import feature_role


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (pa.uint64(), "numeric"),
        (pa.float16(), "numeric"),
        (pa.decimal128(38, 4), "numeric"),
        (pa.decimal256(76, 4), None),
        (pa.date32(), "temporal"),
        (pa.time64("us"), "temporal"),
        (pa.duration("s"), "temporal"),
        (pa.month_day_nano_interval(), None),
        (pa.large_string(), "categorical"),
        (pa.dictionary(pa.int8(), pa.string()), "categorical"),
        (pa.dictionary(pa.int8(), pa.binary()), None),
        (pa.binary(), None),
        (pa.struct([("a", pa.int8())]), None),
    ],
    ids=str,
)
def test_a_type_is_read_in_one_way_or_not_at_all(
    kind: pa.DataType, role: str | None
) -> None:
    assert feature_role(kind) == role
