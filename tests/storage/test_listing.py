"""A listing tells of every file, and of nothing that watching itself has written."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import UserError
from tasks.storage.footers import read_footers, read_fragments
from tasks.storage.listing import ListedFile, list_files
from tasks.storage.markers import marker_path, write_marker

TABLE = pa.table({"x": [1, 2, 3], "s": ["a", None, "c"]})


def save(path: Path, row_group_rows: int = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(TABLE, path, row_group_size=row_group_rows)
    return path


def test_a_listing_has_names_sizes_and_times(tmp_path: Path) -> None:
    for place, name in enumerate(("b.parquet", "a/1.pq", "a/0.parquet")):
        os.utime(save(tmp_path / name), ns=(0, 10**18 + place))
    size = (tmp_path / "b.parquet").stat().st_size
    assert list_files(str(tmp_path)) == (
        ListedFile("a/0.parquet", size, 10**18 + 2),
        ListedFile("a/1.pq", size, 10**18 + 1),
        ListedFile("b.parquet", size, 10**18),
    )


def test_a_link_is_listed_as_what_it_leads_to(tmp_path: Path) -> None:
    target = save(tmp_path / "elsewhere" / "x.parquet")
    os.utime(target, ns=(0, 7))
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "x.parquet").symlink_to(target)
    (found,) = list_files(str(folder))
    assert (found.bytes, found.modified_ns) == (target.stat().st_size, 7)


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").symlink_to("gone")
    with pytest.raises(UserError, match=r"'x.parquet' cannot be read"):
        list_files(str(tmp_path))


def test_nothing_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        list_files(str(tmp_path / "gone"))


def test_markers_are_no_part_of_a_source(tmp_path: Path) -> None:
    save(tmp_path / "x.parquet")
    before = list_files(str(tmp_path))
    write_marker(marker_path(str(tmp_path), "f" * 64), b"{}")
    save(tmp_path / "_watch" / "y.parquet")
    assert list_files(str(tmp_path)) == before


def test_footers_tell_the_same_as_fragments(tmp_path: Path) -> None:
    for name in ("k=1/x.parquet", "k=2/x.parquet"):
        save(tmp_path / name)
    footers = read_footers(str(tmp_path))
    fragments, _ = read_fragments(str(tmp_path))
    assert [(f.path, f.name, f.row_groups, f.bytes) for f in footers] == [
        (f.path, f.name, f.row_groups, f.bytes) for f in fragments
    ]
    assert {footer.schema for footer in footers} == {TABLE.schema}


def test_a_footer_that_is_not_there_is_told_by_the_name_of_its_file(
    tmp_path: Path,
) -> None:
    save(tmp_path / "1.parquet")
    path = save(tmp_path / "2.parquet")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"'2.parquet' cannot be read"):
        read_footers(str(tmp_path))
