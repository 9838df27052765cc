"""Parts and shards cover every row once, whatever a shard's size."""

from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from schemas.written import Shard
from tasks.storage.shards import by_part, part_rows, shards

WIDE = pa.schema({f"x{place}": pa.float64() for place in range(2_000)})
SIZE = part_rows(WIDE)


def starts(found: tuple[Shard, ...], rows: int) -> list[int]:
    """Check that shards cover all rows in whole parts, and say where they begin."""
    ends = [0, *(shard.stop for shard in found)]
    assert [shard.start for shard in found] == ends[:-1]
    assert ends[-1] == rows
    assert all(start % SIZE == 0 for start in ends[:-1])
    return ends[:-1]


@given(rows=st.integers(1, 200_000), parts=st.integers(1, 9))
def test_shards_cover_all_rows_in_whole_parts(rows: int, parts: int) -> None:
    assert len(starts(shards(rows, WIDE, parts), rows)) == -(-rows // (SIZE * parts))


@given(st.data(), st.integers(0, 5), st.integers(1, 3 * SIZE))
def test_parts_are_the_same_however_rows_come(
    data: st.DataObject, skipped: int, rows: int
) -> None:
    start = skipped * SIZE
    table = pa.table({"row": range(start, start + rows)})
    cuts = data.draw(st.lists(st.integers(0, rows), max_size=5))
    ends = [0, *sorted(cuts), rows]
    batches = [
        (start + low, table.slice(low, high - low)) for low, high in pairwise(ends)
    ]
    numbers = []
    for number, pieces in by_part(batches, WIDE):
        seen = list(pieces)
        assert all(piece["row"][0].as_py() == first for first, piece in seen)
        joined = pa.concat_tables(piece for _, piece in seen)["row"].to_pylist()
        stop = min((number + 1) * SIZE, start + rows)
        assert joined == list(range(number * SIZE, stop))
        numbers.append(number)
    assert numbers == list(range(skipped, -(-(start + rows) // SIZE)))
