"""Reading sources: the same rows whatever the files, and every damage told."""

import hashlib
import resource
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import TransientError, UserError
from schemas.survey import Fragment
from tasks.storage.footers import read_fragments
from tasks.storage.parquet import read_batches, rows_per_batch
from tasks.storage.writer import PartWriter
from tests.storage.tables import cuts, on_disk, pieces, tables

TABLE = pa.table({"x": [1, 2, 3], "s": ["a", None, "c"]})


def save(table: pa.Table, path: Path, row_group_rows: int = 2) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=row_group_rows)
    return str(path)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[pa.Table, list[pa.Table], int]:
    """Draw a table, the files it is in, and the rows of their row groups."""
    table = draw(tables(min_rows=1))
    files = pieces(table, draw(cuts(table.num_rows)))
    return table, files, draw(st.integers(1, 20))


@on_disk
@given(st.data(), layouts())
def test_any_layout_streams_the_same_rows(
    data: st.DataObject, layout: tuple[pa.Table, list[pa.Table], int]
) -> None:
    table, files, groups = layout
    start = data.draw(st.integers(0, table.num_rows))
    stop = data.draw(st.none() | st.integers(0, table.num_rows + 5))
    batch_rows = data.draw(st.none() | st.integers(1, 20))
    columns = data.draw(
        st.none() | st.permutations(table.column_names).map(lambda names: names[:2])
    )
    with tempfile.TemporaryDirectory() as folder:
        for place, file in enumerate(files):
            save(file, Path(folder, f"{place}.parquet"), groups)
        fragments, schema = read_fragments(folder)
        found = list(
            read_batches(fragments, schema, columns, start, stop, batch_rows=batch_rows)
        )
    assert schema.equals(table.schema)
    expected = table.select(columns or table.column_names).slice(start)
    if stop is not None:
        expected = expected.slice(0, max(0, stop - start))
    got = pa.concat_tables([expected.schema.empty_table(), *(t for _, t in found)])
    assert got.schema.equals(expected.schema)
    assert got.to_pylist() == expected.to_pylist()
    check_ordinals(found, fragments, start, batch_rows)


def check_ordinals(
    found: list[tuple[int, pa.Table]],
    fragments: tuple[Fragment, ...],
    start: int,
    batch_rows: int | None,
) -> None:
    sizes = [table.num_rows for _, table in found]
    assert [first for first, _ in found] == list(accumulate(sizes, initial=start))[:-1]
    assert all(0 < size <= (batch_rows or 10**9) for size in sizes)
    starts = {fragment.first for fragment in fragments if fragment.rows}
    for first, table in found:
        assert not starts & set(range(first + 1, first + table.num_rows))


@on_disk
@given(layouts())
def test_fragments_describe_the_files(
    layout: tuple[pa.Table, list[pa.Table], int],
) -> None:
    _, files, groups = layout
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            Path(save(file, Path(folder, f"{place}.parquet"), groups))
            for place, file in enumerate(files)
        ]
        fragments, _ = read_fragments(f"{folder}/*.parquet")
        contents = [path.read_bytes() for path in paths]
    rows = [file.num_rows for file in files]
    assert [f.rows for f in fragments] == rows == [sum(f.row_groups) for f in fragments]
    assert [f.first for f in fragments] == list(accumulate(rows, initial=0))[:-1]
    assert [f.name for f in fragments] == [path.name for path in paths]
    assert [f.bytes for f in fragments] == [len(content) for content in contents]
    assert [f.sha256 for f in fragments] == [
        hashlib.sha256(content).hexdigest() for content in contents
    ]


def test_partition_columns_are_those_of_pyarrow(tmp_path: Path) -> None:
    for year in (2023, 2024):
        for city in ("Köln/Deutz", "Rom"):
            table = TABLE.append_column("year", pa.repeat(year, 3))
            table = table.append_column("city", pa.repeat(city, 3))
            ds.write_dataset(
                table,
                tmp_path,
                format="parquet",
                partitioning=["year", "city"],
                partitioning_flavor="hive",
                existing_data_behavior="overwrite_or_ignore",
            )
    fragments, schema = read_fragments(str(tmp_path))
    expected = ds.dataset(tmp_path, partitioning="hive").to_table()
    found = pa.concat_tables(table for _, table in read_batches(fragments, schema))
    assert schema.names == ["x", "s", "year", "city"]
    assert schema.field("year").type == pa.int64()
    order = [("year", "ascending"), ("city", "ascending"), ("x", "ascending")]
    assert found.sort_by(order).to_pylist() == expected.sort_by(order).to_pylist()


def test_partition_columns_alone_and_missing_values(tmp_path: Path) -> None:
    save(TABLE, tmp_path / "k=__HIVE_DEFAULT_PARTITION__" / "x.parquet")
    save(TABLE, tmp_path / "k=7" / "x.parquet")
    fragments, schema = read_fragments(str(tmp_path))
    found = list(read_batches(fragments, schema, ["k"], 1, batch_rows=2))
    assert [first for first, _ in found] == [1, 2, 3, 5]
    assert [row for _, table in found for row in table["k"].to_pylist()] == [
        *([7] * 2),
        *([None] * 3),
    ]


def test_the_schema_keeps_its_metadata(tmp_path: Path) -> None:
    table = TABLE.replace_schema_metadata({"made": "by hand"})
    save(table, tmp_path / "k=1" / "x.parquet")
    _, schema = read_fragments(str(tmp_path))
    assert schema.metadata[b"made"] == b"by hand"


def test_metadata_may_differ(tmp_path: Path) -> None:
    save(TABLE.replace_schema_metadata({"made": "first"}), tmp_path / "1.parquet")
    save(TABLE.replace_schema_metadata({"made": "last"}), tmp_path / "2.parquet")
    assert read_fragments(str(tmp_path))[1].metadata == {b"made": b"first"}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            TABLE.set_column(0, "x", pa.array([True, False, None])),
            "'2.parquet' has .*'x' of type bool, '1.parquet' has it of type int64",
        ),
        (
            TABLE.drop_columns(["s"]),
            "'2.parquet' has no column 's', and '1.parquet' has one of type string",
        ),
        (
            TABLE.append_column("y", TABLE["x"]),
            "'1.parquet' has no column 'y', and '2.parquet' has one of type int64",
        ),
        (
            pa.table([[1], [2], ["a"]], names=["x", "x", "s"]),
            "'2.parquet' has two columns 'x'",
        ),
    ],
)
def test_files_that_differ_are_refused(
    tmp_path: Path, other: pa.Table, message: str
) -> None:
    save(TABLE, tmp_path / "1.parquet")
    save(other, tmp_path / "2.parquet")
    with pytest.raises(UserError, match=message):
        read_fragments(str(tmp_path))


def test_a_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    path = save(pa.table([[1], [2]], names=["x", "x"]), tmp_path / "x.parquet")
    with pytest.raises(UserError, match="two columns 'x'"):
        read_fragments(path)


def test_a_partition_that_is_a_column_too_is_refused(tmp_path: Path) -> None:
    save(TABLE, tmp_path / "x=1" / "x.parquet")
    with pytest.raises(UserError, match="'x' both as a column and in its folders"):
        read_fragments(str(tmp_path))


def test_no_rows_at_all_are_refused(tmp_path: Path) -> None:
    save(TABLE.slice(3), tmp_path / "1.parquet")
    save(TABLE.slice(3), tmp_path / "2.parquet")
    with pytest.raises(UserError, match=r"0 rows in 2 file\(s\)"):
        read_fragments(str(tmp_path))


@pytest.mark.parametrize("names", [["a"], ["a.b"], ["a.c", "a"], ["A", ""], None])
def test_a_struct_and_columns_called_like_its_parts_are_apart(
    names: list[str] | None, tmp_path: Path
) -> None:
    parts = [{"b": "x", "c": 1}, {"b": "y", "c": None}]
    table = pa.table({"a": parts, "a.b": ["p", "q"], "a.c": [3, 4]})
    table = table.append_column("", pa.array([5, 6]))
    table = table.append_column("A", pa.array([7, 8]))
    save(table, tmp_path / "x.parquet")
    fragments, schema = read_fragments(str(tmp_path))
    (batch,) = [batch for _, batch in read_batches(fragments, schema, names)]
    assert batch.equals(table.select(names or table.column_names))


def test_row_groups_and_files_without_rows_do_not_matter(tmp_path: Path) -> None:
    empty = TABLE.slice(3)
    for name, parts in {"0": [empty, empty], "1": [TABLE, empty, TABLE]}.items():
        with pq.ParquetWriter(tmp_path / f"{name}.parquet", TABLE.schema) as writer:
            for piece in parts:
                writer.write_table(piece)
    fragments, schema = read_fragments(str(tmp_path))
    assert [fragment.row_groups for fragment in fragments] == [(0, 0), (3, 0, 3)]
    found = pa.concat_tables([table for _, table in read_batches(fragments, schema)])
    assert found.equals(pa.concat_tables([TABLE, TABLE]))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"x,s\n1,a\n2,b\n3,c\n",
    "truncated": lambda content: content[:-20],
    "only the end": lambda content: content[-20:],
    "a hole in the footer": lambda content: content[:-60] + bytes(40) + content[-20:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_footer_is_told(tmp_path: Path, damage: str) -> None:
    save(TABLE, tmp_path / "1.parquet")
    path = Path(save(TABLE, tmp_path / "2.parquet"))
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(UserError, match=r"'2.parquet' cannot be read.*Write it anew"):
        read_fragments(str(tmp_path))


def test_row_groups_that_do_not_add_up_are_told(tmp_path: Path) -> None:
    path = Path(save(TABLE, tmp_path / "x.parquet"))
    rows, more = b"\x16\x06\x19\x2c", b"\x16\x08\x19\x2c"  # Thrift: 3 rows, 4 rows
    assert path.read_bytes().count(rows) == 1
    path.write_bytes(path.read_bytes().replace(rows, more))
    with pytest.raises(UserError, match="do not add up"):
        read_fragments(str(path))


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").symlink_to("gone")
    with pytest.raises(UserError, match=r"'x.parquet' cannot be read"):
        read_fragments(str(tmp_path))


@on_disk
@given(st.data())
def test_one_wrong_bit_is_told_or_harmless(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.parquet")
        with path.open("wb") as file, PartWriter(file, TABLE.schema, 2) as writer:
            writer.write(TABLE)
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(
            st.integers(0, 7)
        )
        path.write_bytes(content)
        with suppress(UserError):
            fragments, schema = read_fragments(str(path))
            deque(read_batches(fragments, schema), maxlen=0)


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    with path.open("wb") as file, PartWriter(file, TABLE.schema, 2) as writer:
        writer.write(TABLE)
    content = bytearray(path.read_bytes())
    content[content.index(b"\x28\xb5\x2f\xfd") + 8] ^= 1  # in the first zstd frame
    path.write_bytes(content)
    fragments, schema = read_fragments(str(path))
    with pytest.raises(UserError, match=r"'x.parquet' cannot be read.*CRC"):
        deque(read_batches(fragments, schema), maxlen=0)


@pytest.fixture
def surveyed(tmp_path: Path) -> tuple[Path, tuple[Fragment, ...], pa.Schema]:
    path = tmp_path / "x.parquet"
    save(TABLE, path)
    return path, *read_fragments(str(path))


def first_batch(fragments: tuple[Fragment, ...], schema: pa.Schema) -> pa.Table:
    return next(read_batches(fragments, schema))[1]


Surveyed = tuple[Path, tuple[Fragment, ...], pa.Schema]


def test_a_file_that_vanished_is_told(surveyed: Surveyed) -> None:
    path, fragments, schema = surveyed
    path.unlink()
    with pytest.raises(UserError, match=r"'x.parquet' cannot be read.*No such file"):
        first_batch(fragments, schema)


def test_a_file_of_another_size_is_told(surveyed: Surveyed) -> None:
    path, fragments, schema = surveyed
    save(TABLE.slice(1), path)
    with pytest.raises(UserError, match="bytes before"):
        first_batch(fragments, schema)


def test_a_file_with_other_columns_is_told(surveyed: Surveyed) -> None:
    path, fragments, schema = surveyed
    save(TABLE.rename_columns(["y", "s"]), path)
    with pytest.raises(UserError, match=r"'x.parquet' cannot be read"):
        first_batch(fragments, schema)


def test_fewer_rows_than_were_told_are_told(surveyed: Surveyed) -> None:
    _, fragments, schema = surveyed
    longer = [fragments[0].model_copy(update={"rows": 5})]
    with pytest.raises(UserError, match="fewer rows than its footer says"):
        deque(read_batches(longer, schema), maxlen=0)


def test_text_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    text = pa.array([b"\xff"]).view(pa.string())
    fragments, schema = read_fragments(save(pa.table({"s": text}), tmp_path / "x.pq"))
    with pytest.raises(UserError, match="UTF8"):
        first_batch(fragments, schema)


def test_a_failing_machine_is_worth_another_try(surveyed: Surveyed) -> None:
    _, fragments, schema = surveyed
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limit[1]))
    try:
        with pytest.raises(TransientError, match="Too many open files"):
            first_batch(fragments, schema)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


def test_one_huge_row_group_is_never_in_memory_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pa.table({name: rng.random(1_000_000) for name in "abcd"})
    path = save(table, tmp_path / "x.parquet", table.num_rows)
    table_bytes = table.nbytes
    del table
    fragments, schema = read_fragments(path)
    before = pa.total_allocated_bytes()
    peaks = [
        pa.total_allocated_bytes() - before
        for _ in read_batches(fragments, schema, batch_rows=10_000)
    ]
    assert max(peaks) < table_bytes / 2


@given(tables())
def test_batches_are_thousands_of_rows(table: pa.Table) -> None:
    rows = rows_per_batch(table.schema)
    assert 1_000 <= rows <= 250_000
    assert rows % 1_000 == 0


def test_batches_follow_the_width_of_the_types() -> None:
    def budget(kind: pa.DataType, columns: int) -> int:
        return rows_per_batch(pa.schema([(str(i), kind) for i in range(columns)]))

    assert budget(pa.float64(), 100) == (8 << 20) // 800 // 1_000 * 1_000
    assert budget(pa.string(), 100) == budget(pa.list_(pa.int8()), 100) == 2_000
    assert budget(pa.bool_(), 1_000) == 8_000
    assert budget(pa.float64(), 10_000) == 1_000
    assert budget(pa.float64(), 0) == 250_000
