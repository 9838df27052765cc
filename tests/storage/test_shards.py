"""Parts and shards cover every row once, whatever a shard's size."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tasks.storage.shards import part_rows, shards, split

WIDE = pa.schema({f"x{place}": pa.float64() for place in range(2_000)})


@given(rows=st.integers(1, 200_000), parts=st.integers(1, 9))
def test_the_parts_of_all_shards_are_the_same_for_any_size(
    rows: int, parts: int
) -> None:
    found = [part for shard in shards(rows, WIDE, parts) for part in split(shard, WIDE)]
    one_by_one = [part for shard in shards(rows, WIDE) for part in split(shard, WIDE)]
    assert found == one_by_one
    assert [number for number, _ in found] == list(range(len(found)))
    ends = [0, *(part.stop for _, part in found)]
    assert [part.start for _, part in found] == ends[:-1]
    assert ends[-1] == rows
    assert all(part.stop - part.start <= part_rows(WIDE) for _, part in found)
