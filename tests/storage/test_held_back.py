"""A version held back is whole, alone, and no reader of what is published sees it."""

import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from schemas.errors import VerificationError
from schemas.manifest import Manifest
from schemas.written import Attempt
from tasks.storage.commits import commit, data_folder, is_committed, read_head
from tasks.storage.held_back import held_back_path, hold_back, read_held_back
from tasks.storage.places import places
from tasks.storage.posix import PosixStore
from tasks.storage.workspace import begin, describe, directory, discard, write_bytes
from tests.storage.drafts import draft

ROOT = Path(__file__).parents[2]
A, B = "a" * 64, "b" * 64


def _written(output: Path, run_key: str) -> tuple[Attempt, Manifest]:
    attempt = begin(str(output), "toy", run_key)
    entry = write_bytes(attempt, "report/report.md", attempt.attempt.encode())
    return attempt, draft(attempt, [entry])


def _held(output: Path, run_key: str) -> tuple[Attempt, Manifest]:
    attempt, drafted = _written(output, run_key)
    return attempt, hold_back(attempt, drafted)


def _redate(output: Path, years: int) -> None:
    """Make what is there look older, or as of the future."""
    for path in output.glob("toy/data/*/held-back.json"):
        os.utime(path, ns=(path.stat().st_mtime_ns + years * 10**9 * 86_400 * 365,) * 2)


def test_nothing_is_held_back_at_first(tmp_path: Path) -> None:
    assert read_held_back(str(tmp_path / "toy")) is None
    begin(str(tmp_path), "toy", A)
    assert read_held_back(str(tmp_path / "toy")) is None


def test_what_is_held_back_is_not_published(tmp_path: Path) -> None:
    attempt, made = _held(tmp_path, A)
    assert read_held_back(attempt.root) == made
    assert (made.version, made.parent) == (1, None)
    assert read_head(attempt.root) is None
    assert not (tmp_path / "toy" / "_commits").exists()
    assert not (tmp_path / "toy" / "latest.json").exists()


def test_it_tells_the_version_that_it_would_have_been(tmp_path: Path) -> None:
    published = commit(*_written(tmp_path, A))
    attempt, made = _held(tmp_path, B)
    assert (made.version, made.parent) == (2, 1)
    assert read_head(attempt.root) == published
    assert len(list((tmp_path / "toy" / "_commits").iterdir())) == 1


def test_a_later_error_does_not_remove_it(tmp_path: Path) -> None:
    attempt, made = _held(tmp_path, A)
    assert is_committed(attempt)
    discard(attempt)
    for entry in made.files:
        assert describe(attempt.root, entry) == entry


@pytest.mark.parametrize("years", [-5, 5])
def test_only_the_newest_is_kept_whatever_clocks_say(
    tmp_path: Path, years: int
) -> None:
    published, _ = _written(tmp_path, A)
    kept = commit(published, _written(tmp_path, A)[1].model_copy(update={"files": ()}))
    older, _ = _held(tmp_path, A)
    _redate(tmp_path, years)
    newer, made = _held(tmp_path, B)
    assert not Path(directory(older)).exists()
    assert Path(directory(newer)).exists()
    assert Path(directory(published)).exists()
    assert read_held_back(newer.root) == made
    assert read_head(newer.root) == kept


def test_tried_again_it_is_the_same(tmp_path: Path) -> None:
    attempt, drafted = _written(tmp_path, A)
    first = hold_back(attempt, drafted)
    later = drafted.model_copy(update={"created": "2030-01-01T00:00:00Z"})
    assert hold_back(attempt, later) == first


def test_a_listed_file_that_is_gone_stops_it(tmp_path: Path) -> None:
    attempt, drafted = _written(tmp_path, A)
    (Path(directory(attempt)) / "report" / "report.md").unlink()
    with pytest.raises(VerificationError, match="gone or changed"):
        hold_back(attempt, drafted)
    assert read_held_back(attempt.root) is None
    assert not is_committed(attempt)


def test_a_damaged_one_is_told_and_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    attempt, _ = _held(tmp_path, A)
    path = Path(attempt.root, held_back_path(attempt))
    path.write_text(path.read_text().replace('"seed": 0', '"seed": 1'))
    with caplog.at_level(logging.WARNING):
        assert read_held_back(attempt.root) is None
    assert "was changed after it was written" in caplog.text


def test_places_lead_to_the_manifest_that_is_there(tmp_path: Path) -> None:
    published = commit(*_written(tmp_path, A))
    attempt, held = _held(tmp_path, B)
    for manifest in (published, held):
        where = places(attempt.root, manifest)
        told = json.loads(Path(where["manifest"]).read_text())
        assert told["sha256"] == manifest.sha256
        assert Path(where["report"]).parent.is_dir()


def test_of_many_at_once_one_is_left_and_none_fails(tmp_path: Path) -> None:
    written = [_written(tmp_path, f"{number:064}") for number in range(8)]
    start = Barrier(len(written))

    def one(attempt: Attempt, drafted: Manifest) -> Manifest:
        start.wait()
        return hold_back(attempt, drafted)

    with ThreadPoolExecutor(len(written)) as pool:
        made = list(pool.map(lambda pair: one(*pair), written))
    left = read_held_back(str(tmp_path / "toy"))
    assert left is not None
    assert left in made
    assert len(list((tmp_path / "toy").glob("data/*/held-back.json"))) == 1
    for entry in left.files:
        assert describe(str(tmp_path / "toy"), entry) == entry


def test_one_replaced_before_it_is_settled_has_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, drafted = _written(tmp_path, A)
    settle = PosixStore.settle

    def replaced(store: PosixStore, folders: set[str]) -> None:
        if store.size(held_back_path(attempt)) is not None:
            store.remove(data_folder(attempt))  # as a newer one does
        settle(store, folders)

    monkeypatch.setattr(PosixStore, "settle", replaced)
    assert hold_back(attempt, drafted).attempt == attempt.attempt
    assert read_held_back(attempt.root) is None


def test_a_run_killed_anywhere_leaves_a_whole_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.storage.crash", str(tmp_path), "held-back"]
    done = subprocess.run(  # noqa: S603 - our own module
        command, capture_output=True, check=False, cwd=ROOT, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    ends, fine = zip(*map(json.loads, done.stdout.splitlines()), strict=True)
    assert set(ends[:-1]) == {-9}
    assert ends[-1] == 0
    assert all(fine)
    assert len(ends) > 50
