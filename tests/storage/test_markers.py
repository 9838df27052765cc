"""Markers are whole or absent, written once, and never many."""

import os
from pathlib import Path

import pytest

from schemas.errors import UserError
from tasks.storage.commits import read_head
from tasks.storage.markers import drop_marker, marker_path, read_marker, write_marker


def test_a_marker_is_there_from_when_it_was_written(tmp_path: Path) -> None:
    path = marker_path(str(tmp_path / "out" / "toy"), "a1")
    assert read_marker(path) is None
    write_marker(path, b"first")
    write_marker(path, b"second")
    assert read_marker(path) == b"first"
    drop_marker(path)
    drop_marker(path)
    assert read_marker(path) is None


def test_no_version_is_seen_where_there_are_only_markers(tmp_path: Path) -> None:
    write_marker(marker_path(str(tmp_path), "a1"), b"{}")
    assert read_head(str(tmp_path)) is None


def test_all_but_the_newest_markers_are_forgotten(tmp_path: Path) -> None:
    for number in range(50):
        path = marker_path(str(tmp_path), f"{number:03}")
        write_marker(path, b"{}")
        os.utime(Path(*path), ns=(0, number * 10**9))
    left = sorted(path.stem for path in (tmp_path / "_watch").iterdir())
    assert "049" in left
    assert len(left) == 20
    assert left[1:] == [f"{number:03}" for number in range(31, 50)]


def test_a_marker_cannot_lead_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a plain relative path"):
        marker_path(str(tmp_path), "../../x")


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "_watch").write_text("a file")
    with pytest.raises(UserError, match="_watch"):
        write_marker(marker_path(str(tmp_path), "a1"), b"{}")
