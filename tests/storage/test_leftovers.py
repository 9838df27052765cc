"""What killed runs left goes when it is old; what anyone may need stays."""

import os
from pathlib import Path

import pytest

from schemas.errors import TransientError, VerificationError
from schemas.written import Attempt
from tasks.storage.commits import commit, manifest_path, read_head
from tasks.storage.held_back import hold_back, read_held_back
from tasks.storage.leftovers import sweep
from tasks.storage.pins import pinned
from tasks.storage.stores import store_at
from tasks.storage.workspace import begin, write_bytes
from tests.storage.drafts import draft
from tests.storage.places import (
    DAY,
    NAME,
    backdate,
    files,
    is_whole,
    output_of,
    publish_all,
)

WEEK = 7 * DAY
LEFT = "e" * 64


@pytest.fixture(params=["disk", "bucket"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return output_of(request, tmp_path)


def _left(output: str) -> Attempt:
    attempt = begin(output, NAME, LEFT)
    for path in ("train/part-00000.bin", "scratch/donors/x.bin"):
        write_bytes(attempt, path, b"left")
    return attempt


def test_where_nothing_is_nothing_is_done(output: str) -> None:
    assert sweep(f"{output}/{NAME}", WEEK) == ()
    assert files(output) == []


def test_an_old_attempt_goes_and_versions_stay(output: str) -> None:
    root, made = publish_all(output)
    before = files(root)
    left = _left(output)
    (said,) = sweep(root, -1)
    assert said == f"removed {root}/data/{LEFT[:16]}-{left.attempt}"
    assert files(root) == before
    assert all(is_whole(root, item) for item in made)
    assert sweep(root, -1) == ()


def test_an_attempt_that_is_written_to_stays(output: str) -> None:
    root, _ = publish_all(output)
    _left(output)
    before = files(root)
    assert sweep(root, WEEK) == ()
    assert files(root) == before


def test_its_youngest_file_tells_the_age_of_an_attempt(tmp_path: Path) -> None:
    left = _left(str(tmp_path))
    backdate(left.root, "", 8)
    write_bytes(left, "train/part-00001.bin", b"just now")
    assert sweep(left.root, WEEK) == ()
    backdate(left.root, "", 8)
    assert len(sweep(left.root, WEEK)) == 1


def test_a_slow_run_fails_before_its_commit(output: str) -> None:
    attempt = begin(output, NAME, LEFT)
    entry = write_bytes(attempt, "train/part-00000.bin", b"slow")
    sweep(attempt.root, -1)
    with pytest.raises(VerificationError, match=r"gone or changed, so nothing is pub"):
        commit(attempt, draft(attempt, [entry]))
    assert read_head(attempt.root) is None


def test_what_is_held_back_or_pinned_stays(output: str) -> None:
    held = begin(output, NAME, LEFT)
    made = hold_back(held, draft(held, [write_bytes(held, "x.bin", b"held")]))
    left = _left(output)
    folder = f"data/{LEFT[:16]}-{left.attempt}"
    with pytest.raises(TransientError), pinned(left.root, folder, "run"):
        raise TransientError("lost")
    before = files(left.root)
    (said,) = sweep(left.root, -1)
    assert said.startswith(f"{left.root}/{folder} stays: a rollback or a run is about")
    assert files(left.root) == before
    assert read_held_back(left.root) == made


def test_what_a_damaged_manifest_lists_is_not_known(output: str) -> None:
    root, (first, *_) = publish_all(output)
    store_at(root).replace(manifest_path(1), b"{}")
    _left(output)
    with pytest.raises(VerificationError, match="not a manifest"):
        sweep(root, -1)
    assert is_whole(root, first)


def test_temporary_files_go_when_they_are_old(tmp_path: Path) -> None:
    root, (first, *_) = publish_all(str(tmp_path))
    inside = f"{first.files[0].path.rpartition('/')[0]}/.part.0123.tmp"
    for path in (".latest.json.ab.tmp", "_commits/.x.json.cd.tmp", inside, "kept.tmp"):
        Path(root, path).touch()
    assert sweep(root, WEEK) == ()
    backdate(root, ".tmp", 8)
    assert len(sweep(root, WEEK)) == 3
    assert [path for path in files(root) if path.endswith(".tmp")] == ["kept.tmp"]
    assert is_whole(root, first)


def test_an_attempt_without_a_file_has_no_age(tmp_path: Path) -> None:
    attempt = begin(str(tmp_path), NAME, LEFT)
    folder = next(Path(attempt.root, "data").iterdir())
    os.utime(folder, (0, 0))
    assert sweep(attempt.root, WEEK) == ()
    assert folder.is_dir()
