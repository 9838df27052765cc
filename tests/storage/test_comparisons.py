"""Files of a comparison: whole, told complete by the last, and no part of a version."""

from pathlib import Path

import pytest

from tasks.storage.comparisons import (
    comparison_place,
    read_comparison,
    write_comparison,
)
from tests.s3 import S3
from tests.storage.places import KEYS

KEY = KEYS[0]
FILES = {"leaderboard.json": b"{}", "leaderboard.csv": b"a,b"}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    root = str(tmp_path / "toy")
    assert read_comparison(root, KEY) is None
    write_comparison(root, KEY, FILES)
    assert read_comparison(root, KEY) == b"{}"
    place = Path(comparison_place(root, KEY))
    assert {file.name: file.read_bytes() for file in place.iterdir()} == FILES


def test_the_leaderboard_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(tmp_path / "toy")

    class KilledError(Exception):
        """Stands for the end of the process."""

    def link(_source: Path, target: Path) -> None:
        raise KilledError(target.name)

    monkeypatch.setattr("os.link", link)
    with pytest.raises(KilledError, match=r"leaderboard\.csv"):
        write_comparison(root, KEY, FILES)
    assert read_comparison(root, KEY) is None


def test_what_is_there_stays(tmp_path: Path) -> None:
    root = str(tmp_path / "toy")
    write_comparison(root, KEY, FILES)
    write_comparison(root, KEY, {"leaderboard.json": b"other"})
    assert read_comparison(root, KEY) == b"{}"


def test_in_a_bucket_too(s3: S3) -> None:
    root = f"s3://{s3.bucket()}/out/toy"
    write_comparison(root, KEY, FILES)
    assert read_comparison(root, KEY) == b"{}"
    assert comparison_place(root, KEY).startswith("s3://")
