"""Files appear whole or not at all, never twice, and refusals name the way out."""

import errno
import hashlib
import os
import resource
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import TransientError, UserError
from tasks.storage.exclusive import (
    Staged,
    checked,
    make_folder,
    reported,
    sync_folder,
)

SEGMENT = st.from_regex(r"[A-Za-z0-9._=-]{1,200}", fullmatch=True).filter(
    lambda text: text not in {".", ".."}
)


@given(st.lists(SEGMENT, min_size=1).map("/".join))
def test_plain_paths_pass(path: str) -> None:
    assert checked(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/../b",
        "a b",
        "a\n",
        "é",
        "x" * 201,
        "a\\b",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a plain relative path"):
        checked(path)


@given(st.text())
def test_no_path_leads_out_of_its_root(path: str) -> None:
    try:
        checked(path)
    except ValueError:
        return
    assert Path("/root/x").joinpath(path).resolve().is_relative_to("/root/x")
    assert path


def test_a_published_file_is_whole_and_hashed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.bin"
    with Staged(path) as staged:
        staged.write(b"one")
        staged.write(b"two")
        assert not path.exists()
        assert staged.publish()
    assert path.read_bytes() == b"onetwo"
    assert staged.sha256 == hashlib.sha256(b"onetwo").hexdigest()
    assert (staged.size, list(path.parent.iterdir())) == (6, [path])


def fail_half_way(path: Path) -> None:
    with Staged(path) as staged:
        staged.write(b"half")
        raise KeyError


def test_an_unpublished_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        fail_half_way(tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    with Staged(tmp_path / "x") as staged:
        assert not staged.publish()
    assert (tmp_path / "x").read_bytes() == b"old"


def test_of_many_writers_one_wins(tmp_path: Path) -> None:
    start = Barrier(8)
    won: list[bytes] = []

    def race(me: bytes) -> None:
        with Staged(tmp_path / "x") as staged:
            staged.write(me * 1_000)
            start.wait()
            if staged.publish():
                won.append(me)

    threads = [Thread(target=race, args=(bytes([i]),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert (tmp_path / "x").read_bytes() == won[0] * 1_000
    assert list(tmp_path.iterdir()) == [tmp_path / "x"]


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    dangling = tmp_path / "link"
    dangling.symlink_to("nowhere")
    with pytest.raises(UserError, match=r"Not a directory\. Choose an output"):
        make_folder(tmp_path / "file" / "sub")
    with pytest.raises(UserError, match=r"File exists\. Choose an output"):
        make_folder(dangling)
    with pytest.raises(UserError, match="Not a directory"):
        sync_folder(tmp_path / "file")
    with pytest.raises(UserError, match="Not a directory"):
        Staged(tmp_path / "file" / "x")


def test_a_folder_that_is_not_ours_to_write_is_told() -> None:
    with pytest.raises(UserError, match="Choose an output you may write to"):
        make_folder(Path("/sys/evenkeel"))


@pytest.mark.parametrize(
    ("code", "kind", "way_out"),
    [
        (errno.ENOSPC, UserError, "Make room"),
        (errno.EDQUOT, UserError, "Make room"),
        (errno.EROFS, UserError, "you may write to"),
        (errno.EACCES, UserError, "you may write to"),
        (errno.EIO, TransientError, r"'/x'"),
    ],
)
def test_a_failure_is_told_by_who_can_act(
    code: int, kind: type[Exception], way_out: str
) -> None:
    with pytest.raises(kind, match=way_out), reported(Path("/x")):
        raise OSError(code, os.strerror(code))


def test_a_write_beyond_the_limit_is_told(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Staged(tmp_path / "x") as staged:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limit[1]))
        try:
            with pytest.raises(UserError, match=r"File too large\. Make room"):
                staged.write(bytes(100_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert not list(tmp_path.iterdir())


def test_no_handle_left_is_worth_another_try(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limit[1]))
    try:
        with pytest.raises(TransientError, match="Too many open files"):
            Staged(tmp_path / "x")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
