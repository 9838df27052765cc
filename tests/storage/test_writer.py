"""Part writers: the bytes follow the rows, and nothing unfinished looks finished."""

import errno
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.storage.writer import PartWriter
from tests.storage.tables import cuts, on_disk, pieces, rebuilt, tables

NUMBERS = pa.table({"x": list(range(10)), "s": list("abcdefghij")})


def written(parts: list[pa.Table], schema: pa.Schema, row_group_rows: int) -> bytes:
    sink = BytesIO()
    with PartWriter(sink, schema, row_group_rows) as writer:
        for part in parts:
            writer.write(part)
    return sink.getvalue()


def read(data: bytes) -> pa.Table:
    return pq.read_table(BytesIO(data), page_checksum_verification=True)


@on_disk
@given(st.data(), tables(), st.integers(1, 40))
def test_bytes_do_not_depend_on_how_rows_come(
    data: st.DataObject, table: pa.Table, row_group_rows: int
) -> None:
    whole = written([table], table.schema, row_group_rows)
    parts = pieces(table, data.draw(cuts(table.num_rows)))
    assert written(parts, table.schema, row_group_rows) == whole
    again = [rebuilt(part) for part in parts]
    assert written(again, table.schema, row_group_rows) == whole
    shared = pa.concat_tables([table, table]).slice(table.num_rows)
    assert written([shared], table.schema, row_group_rows) == whole


@on_disk
@given(tables(), st.integers(1, 40))
def test_rows_come_back_in_full_row_groups(table: pa.Table, size: int) -> None:
    data = written([table], table.schema, size)
    file = pq.ParquetFile(BytesIO(data))
    groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    full, rest = divmod(table.num_rows, size)
    assert groups == [size] * full + [rest] * (rest > 0)
    assert file.schema_arrow.equals(table.schema, check_metadata=True)
    assert read(data).to_pylist() == table.to_pylist()


def test_columns_are_put_in_order_and_cast() -> None:
    schema = pa.schema({"s": pa.large_string(), "x": pa.int8()})
    assert read(written([NUMBERS], schema, 4)).schema == schema


def test_levels_keep_their_order_when_it_means_something() -> None:
    kind = pa.dictionary(pa.int8(), pa.string(), ordered=True)
    levels = pa.array(["low", "mid", "high"])
    sizes = pa.DictionaryArray.from_arrays(
        pa.array([2, 0], pa.int8()), levels, ordered=True
    )
    table = pa.table({"size": sizes})
    found = read(written([table], table.schema, 9)).column("size")
    assert (found.type, found.chunk(0).dictionary) == (kind, levels)


def test_pages_are_compressed_checked_and_text_is_a_dictionary() -> None:
    metadata = pq.ParquetFile(BytesIO(written([NUMBERS], NUMBERS.schema, 9))).metadata
    numbers, text = (metadata.row_group(0).column(i) for i in range(2))
    assert numbers.compression == text.compression == "ZSTD"
    assert not numbers.has_dictionary_page
    assert text.has_dictionary_page


def test_numbers_get_a_dictionary_where_they_repeat() -> None:
    random = np.random.default_rng(0).random(20_000)
    columns = {
        "rounded": pa.array(random.round(2)),
        "random": pa.array(random),
        "age": pa.array((random * 99).astype(np.int16)),
        "row": pa.array(range(20_000)),
        "day": pa.array((random * 99).astype(np.int32)).cast(pa.date32()),
        "sure": pa.array(random < 0.5),
    }
    table = pa.table(columns)
    file = pq.ParquetFile(BytesIO(written([table], table.schema, 20_000)))
    group = file.metadata.row_group(0)
    encoded = {
        name: "RLE_DICTIONARY" in group.column(place).encodings
        for place, name in enumerate(columns)
    }
    repeated = {"rounded", "age", "day"}
    assert encoded == {name: name in repeated for name in columns}
    assert file.read().equals(table)


def test_a_changed_page_is_noticed() -> None:
    rng = np.random.default_rng(1)
    table = pa.table({"x": rng.random(100)})
    data = bytearray(written([table], table.schema, 100))
    data[500] ^= 1
    with pytest.raises(OSError, match="CRC"):
        read(bytes(data))


def write_and_fail(sink: BytesIO, table: pa.Table, row_group_rows: int) -> None:
    with PartWriter(sink, table.schema, row_group_rows) as writer:
        writer.write(table)
        raise KeyError


@on_disk
@given(tables(min_rows=1), st.integers(1, 40))
def test_a_file_whose_body_raised_is_no_parquet(table: pa.Table, size: int) -> None:
    sink = BytesIO()
    with pytest.raises(KeyError):
        write_and_fail(sink, table, size)
    with pytest.raises(pa.ArrowInvalid):
        read(sink.getvalue())


@dataclass
class Disk:
    """A disk with room for so many writes."""

    room: int

    def write(self, data: bytes) -> int:
        """Take the data or fail."""
        self.room -= 1
        if self.room < 0:
            raise OSError(errno.ENOSPC, "full")
        return len(data)


def fill(disk: Disk) -> None:
    with PartWriter(disk, NUMBERS.schema, 4) as writer:
        writer.write(NUMBERS)


def test_a_full_disk_is_told_wherever_it_comes() -> None:
    plenty = Disk(1_000)
    fill(plenty)
    writes = 1_000 - plenty.room
    assert writes > 10
    for room in range(writes):
        with pytest.raises(OSError, match="full"):
            fill(Disk(room))
    fill(Disk(writes))
