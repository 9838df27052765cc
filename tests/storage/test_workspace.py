"""The files of a run: out of sight until whole, hashed, and gone when it fails."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import TransientError, UserError, VerificationError
from schemas.written import Attempt, FileEntry
from tasks.storage.commits import commit
from tasks.storage.workspace import (
    absolute,
    begin,
    dataset_root,
    describe,
    directory,
    discard,
    drop_scratch,
    open_part,
    part,
    write_bytes,
)
from tests.storage.drafts import draft

ROOT = Path(__file__).parents[2]
TABLE = pa.table({"x": list(range(10))})


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    return begin(str(tmp_path / "new" / "output"), "toy", "a1" * 32)


def write(attempt: Attempt, path: str, table: pa.Table = TABLE) -> FileEntry | None:
    with part(attempt, path, TABLE.schema, 4) as file:
        file.write(table)
        assert file.entry is None
    return file.entry


def files(attempt: Attempt) -> list[str]:
    root = Path(attempt.root)
    return [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]


def test_an_attempt_has_its_own_folder(tmp_path: Path) -> None:
    first, second = (begin(str(tmp_path), "toy", "a1" * 32) for _ in range(2))
    assert first.root == dataset_root(str(tmp_path), "toy") == str(tmp_path / "toy")
    assert first.attempt != second.attempt
    folder = f"data/{'a1' * 8}-{first.attempt}"
    assert directory(first) == absolute(first.root, folder)
    assert Path(directory(first)).is_dir()


def test_an_attempt_names_the_run_that_owns_it(tmp_path: Path) -> None:
    first, second = (begin(str(tmp_path), "toy", "a1" * 32, "run-1") for _ in range(2))
    assert first.attempt != second.attempt
    assert first.attempt.startswith("run-1-")
    assert Path(directory(first)).name == f"{'a1' * 8}-{first.attempt}"


def test_a_place_that_was_not_made_for_sure_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each further try would leave one behind."""
    begin(str(tmp_path), "toy", "a1" * 32)

    def fail(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(TransientError, match="Input/output error"):
        begin(str(tmp_path), "toy", "a1" * 32)
    assert len(list((tmp_path / "toy" / "data").iterdir())) == 1


def test_a_part_is_listed_as_it_is(attempt: Attempt) -> None:
    entry = write(attempt, "train/part-00000.parquet")
    assert entry is not None
    content = Path(absolute(attempt.root, entry.path)).read_bytes()
    assert (entry.rows, entry.bytes) == (10, len(content))
    assert entry.sha256 == hashlib.sha256(content).hexdigest()
    assert files(attempt) == [entry.path]
    assert entry.path.endswith(f"-{attempt.attempt}/train/part-00000.parquet")
    assert describe(attempt.root, entry) == entry
    with open_part(attempt.root, entry) as file:
        assert file.read() == TABLE
        assert file.num_row_groups == 3


def test_a_part_without_rows_is_no_file(attempt: Attempt) -> None:
    assert write(attempt, "rejected/part-00000.parquet", TABLE.slice(10)) is None
    assert not files(attempt)


def test_a_part_without_rows_may_be_wanted(attempt: Attempt) -> None:
    with part(attempt, "x.parquet", TABLE.schema, 4, allow_empty=True) as file:
        pass
    assert file.entry is not None
    assert file.entry.rows == 0
    path = absolute(attempt.root, file.entry.path)
    assert pq.read_table(path) == TABLE.slice(10)


def fail_half_way(attempt: Attempt) -> None:
    with part(attempt, "x.parquet", TABLE.schema, 4) as file:
        file.write(TABLE)
        raise KeyError


def test_a_body_that_raises_leaves_no_file(attempt: Attempt) -> None:
    with pytest.raises(KeyError):
        fail_half_way(attempt)
    assert not files(attempt)


def test_a_file_without_rows_is_listed(attempt: Attempt) -> None:
    entry = write_bytes(attempt, "report/report.md", b"fine")
    assert (entry.rows, entry.bytes) == (None, 4)
    assert describe(attempt.root, entry) == entry


def test_the_same_bytes_may_be_written_again(attempt: Attempt) -> None:
    assert write(attempt, "x.parquet") == write(attempt, "x.parquet")
    assert len(files(attempt)) == 1


def test_other_bytes_may_not(attempt: Attempt) -> None:
    write(attempt, "x.parquet")
    with pytest.raises(VerificationError, match="exists with other content"):
        write(attempt, "x.parquet", TABLE.slice(1))


def test_a_file_that_changed_is_described_so(attempt: Attempt) -> None:
    entry = write_bytes(attempt, "x", b"fine")
    path = Path(absolute(attempt.root, entry.path))
    path.write_bytes(b"Fine")
    assert describe(attempt.root, entry) != entry
    path.unlink()
    with pytest.raises(VerificationError, match="is gone"):
        describe(attempt.root, entry)


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a b"])
def test_no_path_leads_out(attempt: Attempt, path: str) -> None:
    for use in (
        lambda: write(attempt, path),
        lambda: write_bytes(attempt, path, b""),
        lambda: absolute(attempt.root, path),
    ):
        with pytest.raises(ValueError, match="not a plain relative path"):
            use()


def test_an_output_under_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"Not a directory\. Choose an output"):
        begin(str(tmp_path / "file" / "output"), "toy", "a")
    with pytest.raises(UserError, match="Not a directory"):
        begin(str(tmp_path), "file", "a")


def test_scratch_can_be_dropped(attempt: Attempt) -> None:
    write(attempt, "scratch/knn/x.parquet")
    drop_scratch(attempt)
    drop_scratch(attempt)
    assert not files(attempt)
    assert Path(directory(attempt)).is_dir()


def test_a_discarded_attempt_is_gone(attempt: Attempt) -> None:
    write(attempt, "x.parquet")
    discard(attempt)
    discard(attempt)
    assert not Path(directory(attempt)).exists()


def test_a_published_attempt_is_not_discarded(attempt: Attempt) -> None:
    entry = write(attempt, "x.parquet")
    assert entry is not None
    commit(attempt, draft(attempt, [entry]))
    discard(attempt)
    assert describe(attempt.root, entry) == entry


def test_an_attempt_that_may_be_published_is_not_discarded(attempt: Attempt) -> None:
    write(attempt, "x.parquet")
    Path(attempt.root, "_commits").touch()  # a log that cannot be read
    discard(attempt)
    assert any(name.endswith("x.parquet") for name in files(attempt))


def test_a_full_disk_is_told_and_harms_nothing(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("mounting a small disk takes unshare(1)")
    options = ["--user", "--map-root-user", "--mount"]
    script = 'mount -t tmpfs -o size=200k tmpfs "$1" || exit 77; exec "$2" -m "$3" "$1"'
    arguments = [str(tmp_path), sys.executable, "tests.storage.full_disk"]
    done = subprocess.run(  # noqa: S603 - our own module, on a disk of its own
        [unshare, *options, "sh", "-c", script, "sh", *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
        timeout=60,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("mounting a small disk is not permitted here")
    assert done.returncode == 0, done.stderr
    messages, versions, names = json.loads(done.stdout)
    assert all("No space left on device" in message for message in messages)
    assert all("Make room or choose" in messages[i] for i in (0, 2))
    assert versions == [1, 1, 2]
    manifests = [f"{number:020d}.json" for number in (1, 2)]
    assert names == [*manifests, "latest.json", "report.md", "report.md"]
