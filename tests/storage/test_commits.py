"""The log of versions: exactly one winner, nothing half-seen, whatever happens."""

import errno
import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from schemas.errors import TransientError, UserError, VerificationError
from schemas.manifest import Manifest
from tasks.storage.commits import (
    commit,
    data_folder,
    is_committed,
    read_head,
)
from tasks.storage.workspace import begin, discard, write_bytes
from tests.storage.drafts import draft

ROOT = Path(__file__).parents[2]
A, B = "a" * 64, "b" * 64


def publish(output: Path, run_key: str, parent: int | None) -> Manifest:
    attempt = begin(str(output), "toy", run_key)
    entry = write_bytes(attempt, "report/report.md", attempt.attempt.encode())
    return commit(attempt, draft(attempt, [entry], parent))


def log(output: Path) -> list[Path]:
    return sorted((output / "toy" / "_commits").iterdir())


def test_nothing_is_published_at_first(tmp_path: Path) -> None:
    assert read_head(str(tmp_path / "toy")) is None
    begin(str(tmp_path), "toy", A)
    assert read_head(str(tmp_path / "toy")) is None


def test_a_commit_is_the_head_and_its_number_follows(tmp_path: Path) -> None:
    first = publish(tmp_path, A, None)
    second = publish(tmp_path, B, 1)
    assert [(m.version, m.parent) for m in (first, second)] == [(1, None), (2, 1)]
    assert read_head(str(tmp_path / "toy")) == second
    assert [path.name for path in log(tmp_path)] == [f"{i:020d}.json" for i in (1, 2)]


def test_latest_points_to_the_head(tmp_path: Path) -> None:
    publish(tmp_path, A, None)
    head = publish(tmp_path, B, 1)
    root = tmp_path / "toy"
    latest = json.loads((root / "latest.json").read_text())
    assert latest == {
        "version": 2,
        "manifest": "_commits/00000000000000000002.json",
        "train": f"data/{B[:16]}-{head.attempt}/train",
        "holdout": f"data/{B[:16]}-{head.attempt}/holdout",
    }
    assert (root / latest["manifest"]).exists()
    assert (root / latest["train"]).parent == root / data_folder(head)


def test_a_latest_that_cannot_be_written_fails_no_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "toy" / "latest.json").mkdir(parents=True)
    with caplog.at_level(logging.WARNING):
        assert publish(tmp_path, A, None).version == 1
    assert "latest.json was not written" in caplog.text


def test_a_forced_run_makes_a_new_version(tmp_path: Path) -> None:
    publish(tmp_path, A, None)
    assert publish(tmp_path, A, 1).version == 2


def test_a_run_that_comes_round_again_is_new(tmp_path: Path) -> None:
    publish(tmp_path, A, None)
    publish(tmp_path, B, 1)
    assert publish(tmp_path, A, 2).version == 3


def test_a_late_run_goes_on_top(tmp_path: Path) -> None:
    publish(tmp_path, A, None)
    late = publish(tmp_path, B, None)
    assert (late.version, late.parent) == (2, 1)


def test_a_twin_that_was_first_stands_for_both(tmp_path: Path) -> None:
    first = publish(tmp_path, A, None)
    publish(tmp_path, B, 1)
    assert publish(tmp_path, A, None) == first
    assert len(log(tmp_path)) == 2


def test_a_commit_tried_again_is_the_same(tmp_path: Path) -> None:
    attempt = begin(str(tmp_path), "toy", A)
    first = commit(attempt, draft(attempt))
    assert commit(attempt, draft(attempt)) == first


def race(output: Path, keys: list[str]) -> list[Manifest]:
    start = Barrier(len(keys))

    def one(run_key: str) -> Manifest:
        start.wait()
        return publish(output, run_key, None)

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(one, keys))


def test_of_twins_exactly_one_commits(tmp_path: Path) -> None:
    assert len({m.attempt for m in race(tmp_path, [A] * 8)}) == 1
    assert len(log(tmp_path)) == 1


def test_runs_at_once_follow_each_other(tmp_path: Path) -> None:
    made = race(tmp_path, [f"{i:064}" for i in range(8)])
    made.sort(key=lambda manifest: manifest.version)
    assert [m.version for m in made] == list(range(1, 9))
    assert [m.parent for m in made] == [None, *range(1, 8)]
    assert len(log(tmp_path)) == 8


def test_other_files_in_the_log_mean_nothing(tmp_path: Path) -> None:
    head = publish(tmp_path, A, None)
    for name in ("9.json", "x", f".{9:020d}.json.ab.tmp", f"{9:020d}.json.bak"):
        (tmp_path / "toy" / "_commits" / name).write_text("{}")
    assert read_head(str(tmp_path / "toy")) == head


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"rows": 10', '"rows": 11'),
        ('"version": 1', '"version": 2'),
        ('"format": 1', '"format": 2'),
        ("{", ""),
    ],
)
def test_a_changed_manifest_is_noticed(tmp_path: Path, old: str, new: str) -> None:
    publish(tmp_path, A, None)
    (path,) = log(tmp_path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(VerificationError, match=path.name):
        read_head(str(tmp_path / "toy"))


def test_a_manifest_under_another_number_is_noticed(tmp_path: Path) -> None:
    publish(tmp_path, A, None)
    (path,) = log(tmp_path)
    path.rename(path.with_name(f"{2:020d}.json"))
    with pytest.raises(VerificationError, match="its number"):
        read_head(str(tmp_path / "toy"))


def test_a_listed_file_that_is_gone_stops_the_commit(tmp_path: Path) -> None:
    attempt = begin(str(tmp_path), "toy", A)
    entry = write_bytes(attempt, "report/report.md", b"fine")
    wrong = entry.model_copy(update={"bytes": 3})
    with pytest.raises(VerificationError, match="gone or changed"):
        commit(attempt, draft(attempt, [wrong]))
    discard(attempt)
    with pytest.raises(VerificationError, match="gone or changed"):
        commit(attempt, draft(attempt, [entry]))
    assert not log(tmp_path)


def test_scratch_is_never_published(tmp_path: Path) -> None:
    attempt = begin(str(tmp_path), "toy", A)
    entry = write_bytes(attempt, "scratch/x.bin", b"")
    with pytest.raises(ValueError, match="scratch cannot be published"):
        commit(attempt, draft(attempt, [entry]))


def test_a_lost_response_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, link = begin(str(tmp_path), "toy", A), os.link

    def link_and_fail(source: Path, target: Path) -> None:
        link(source, target)
        raise OSError(errno.EIO, "the response was lost")

    monkeypatch.setattr(os, "link", link_and_fail)
    made = commit(attempt, draft(attempt))
    assert (made.attempt, read_head(attempt.root)) == (attempt.attempt, made)


def test_a_failure_leaves_no_version_and_keeps_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = begin(str(tmp_path), "toy", A)

    def fail(source: Path, target: Path) -> None:
        raise OSError(errno.EIO, f"{source} to {target}")

    monkeypatch.setattr(os, "link", fail)
    with pytest.raises(TransientError):
        commit(attempt, draft(attempt))
    assert read_head(attempt.root) is None
    assert not log(tmp_path)
    assert is_committed(attempt)  # for all that anyone knows
    monkeypatch.undo()
    assert commit(attempt, draft(attempt)).version == 1


def test_all_is_on_the_disk_before_the_commit_and_the_commit_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, mkdir, fsync = os.link, os.mkdir, os.fsync
    synced: set[int] = set()  # inodes of files
    loose: dict[str, int] = {}  # new names, each with the inode of its folder
    seen: list[list[str]] = []  # names that were loose when a manifest appeared

    def note(path: str | Path) -> None:
        loose[str(path)] = Path(path).parent.stat().st_ino

    def noted_link(source: Path, target: Path) -> None:
        assert source.stat().st_ino in synced
        if target.parent.name == "_commits":
            seen.append(list(loose))
        link(source, target)
        note(target)

    def noted_mkdir(path: Path, mode: int) -> None:
        mkdir(path, mode)
        note(path)

    def noted_fsync(handle: int) -> None:
        fsync(handle)
        inode = os.fstat(handle).st_ino
        synced.add(inode)
        for path in [path for path, folder in loose.items() if folder == inode]:
            del loose[path]

    monkeypatch.setattr(os, "link", noted_link)
    monkeypatch.setattr(os, "mkdir", noted_mkdir)
    monkeypatch.setattr(os, "fsync", noted_fsync)
    publish(tmp_path / "new" / "output", A, None)
    publish(tmp_path / "new" / "output", B, 1)
    assert seen == [[], []]
    assert not loose


def test_a_log_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    attempt = begin(str(tmp_path), "toy", A)
    (tmp_path / "toy" / "_commits").touch()
    with pytest.raises(UserError, match="Not a directory"):
        read_head(attempt.root)


def test_a_run_killed_anywhere_leaves_a_whole_version(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.storage.crash", str(tmp_path)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    tally = [json.loads(line) for line in done.stdout.splitlines()]
    ends, moves, whole, agains = zip(*tally, strict=True)
    assert set(ends[:-1]) == {-9}
    assert ends[-1] == 0
    assert set(moves) == {0, 1}
    assert all(whole)
    assert set(agains) == {1}
    assert len(tally) > 50
