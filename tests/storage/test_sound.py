"""A footer is sound if all its chunks can be opened; the file itself is never read."""

import io
import resource
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.storage import sound


@pytest.mark.parametrize("rows", [0, 1, 1_000])
def test_a_footer_that_was_written_is_sound(tmp_path: Path, rows: int) -> None:
    table = pa.table({"x": range(rows), "l": [[n] for n in range(rows)]})
    pq.write_table(table, tmp_path / "x.parquet", row_group_size=300)
    found = pq.read_metadata(tmp_path / "x.parquet")
    sound.check_sound(found, (tmp_path / "x.parquet").stat().st_size)


def test_a_table_without_columns_is_sound(tmp_path: Path) -> None:
    pq.write_table(pa.table({}), tmp_path / "x.parquet")
    sound.check_sound(pq.read_metadata(tmp_path / "x.parquet"), 100)


def test_nothing_can_be_read_of_what_is_not_there() -> None:
    nothing = sound._Nothing(100)  # noqa: SLF001 - Arrow reads it in threads of its own
    assert (nothing.readable(), nothing.seek(-10, io.SEEK_END)) == (True, 90)
    assert (nothing.seek(5, io.SEEK_CUR), nothing.tell()) == (95, 95)
    assert not nothing.was_read
    assert nothing.read(1) == b""
    assert nothing.was_read


def test_a_thousand_footers_leave_no_memory_behind(tmp_path: Path) -> None:
    table = pa.table({f"x{n}": range(100) for n in range(20)})
    pq.write_table(table, tmp_path / "x.parquet")
    found = pq.read_metadata(tmp_path / "x.parquet")
    size = (tmp_path / "x.parquet").stat().st_size
    sizes = []
    for _ in range(4):
        for _ in range(1_000):
            sound.check_sound(found, size)
        sizes.append(_resident())
    assert sizes[-1] - sizes[0] < 10 << 20


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
