"""Parts and shards cover every row once, whatever a shard's size."""

from itertools import accumulate, pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Fragment, Shard
from tasks.storage.shards import aligned_shards, by_part, part_rows, shards

WIDE = pa.schema({f"x{place}": pa.float64() for place in range(2_000)})
SIZE = part_rows(WIDE)


def starts(found: tuple[Shard, ...], rows: int) -> list[int]:
    """Check that shards cover all rows in whole parts, and say where they begin."""
    ends = [0, *(shard.stop for shard in found)]
    assert [shard.start for shard in found] == ends[:-1]
    assert ends[-1] == rows
    assert all(start % SIZE == 0 for start in ends[:-1])
    return ends[:-1]


def fragments(*groups: tuple[int, ...]) -> list[Fragment]:
    """Describe files by the rows of their row groups."""
    rows = [sum(sizes) for sizes in groups]
    return [
        Fragment(
            path="", name="", first=first, rows=size, row_groups=g, bytes=0, sha256=""
        )
        for first, size, g in zip(accumulate(rows, initial=0), rows, groups)  # noqa: B905 - the last end begins nothing
    ]


@given(rows=st.integers(1, 200_000), parts=st.integers(1, 9))
def test_shards_cover_all_rows_in_whole_parts(rows: int, parts: int) -> None:
    assert len(starts(shards(rows, WIDE, parts), rows)) == -(-rows // (SIZE * parts))


@given(
    st.lists(st.lists(st.integers(0, 9 * SIZE)).map(tuple)).filter(
        lambda files: sum(map(sum, files)) > 0
    ),
    st.integers(1, 20),
)
def test_aligned_shards_cover_all_rows_in_whole_parts(
    files: list[tuple[int, ...]], workers: int
) -> None:
    rows = sum(map(sum, files))
    begins = starts(aligned_shards(fragments(*files), WIDE, workers), rows)
    assert min(workers, -(-rows // SIZE)) / 2 <= len(begins) <= 8 * workers


def test_aligned_shards_begin_at_the_first_part_of_a_row_group() -> None:
    groups = (5 * SIZE, 5 * SIZE + 1, 9 * SIZE, SIZE // 2, 2 * SIZE)
    found = aligned_shards(fragments(groups[:2], groups[2:]), WIDE, 2)
    assert starts(found, sum(groups)) == [0, 5 * SIZE, 11 * SIZE, 20 * SIZE]


def test_a_row_group_is_shared_by_the_workers() -> None:
    found = aligned_shards(fragments((9 * SIZE,)), WIDE, 4)
    assert starts(found, 9 * SIZE) == [0, 3 * SIZE, 6 * SIZE]


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
