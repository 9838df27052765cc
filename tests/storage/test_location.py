"""Paths, folders and globs: what is found, and what is refused."""

import os
import resource
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from tasks.storage.location import check_apart, find_parquet, locate

NAMES = ("a.parquet", "sub/b.parq", "sub/deep/c.PQ", "_tmp/d.parquet", ".e.parquet")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*NAMES, "notes.txt", "_SUCCESS"):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "data"


@pytest.fixture
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_a_path_is_absolute_and_real(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert locate(f"{tmp_path}/link/../link/x").path == f"{tmp_path.resolve()}/real/x"


@pytest.mark.usefixtures("_home")
def test_a_tilde_is_home_and_the_rest_is_relative(tmp_path: Path) -> None:
    assert locate("~/x").path == locate("x").path == str(tmp_path.resolve() / "x")


@pytest.mark.parametrize("scheme", ["ftp", "file", "https", "git+ssh"])
def test_a_scheme_is_refused_by_name(scheme: str) -> None:
    with pytest.raises(
        UserError, match=f"scheme '{scheme}'.*local paths".replace("+", ".")
    ):
        locate(f"{scheme}://bucket/key")


@pytest.mark.parametrize(
    "uri", ["", " ", "a\0b", "\ud83d", "a\udcff", "~nobody-of-this-name/x"]
)
def test_what_cannot_be_a_path_is_refused(uri: str) -> None:
    with pytest.raises(UserError, match=r"[Pp]ath"):
        locate(uri)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UserError, match="cannot be a path"):
        locate(str(tmp_path / "loop" / "x"))


@given(st.text())
def test_any_text_is_a_path_or_a_user_error(text: str) -> None:
    with suppress(UserError):
        assert Path(locate(text).path).is_absolute()


def test_a_folder_is_read_recursively(folder: Path) -> None:
    root, names = find_parquet(str(folder))
    assert root.path == str(folder.resolve())
    assert names == ("a.parquet", "sub/b.parq", "sub/deep/c.PQ")


def test_a_linked_folder_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.parquet").touch()
    (folder / "linked").symlink_to(tmp_path / "other")
    assert "linked/x.parquet" in find_parquet(str(folder))[1]


@pytest.mark.parametrize(
    "name", ["notes.txt", "a[1].parquet", "*.parquet", "_x.parquet"]
)
def test_a_file_is_taken_whatever_its_name(folder: Path, name: str) -> None:
    (folder / name).touch()
    root, names = find_parquet(str(folder / name))
    assert (root.path, names) == (str(folder.resolve()), (name,))


@pytest.mark.parametrize(
    ("pattern", "root", "names"),
    [
        ("*.parquet", "", ("a.parquet",)),
        ("?.parquet", "", ("a.parquet",)),
        ("[ab].parquet", "", ("a.parquet",)),
        ("sub/*.parq", "sub", ("b.parq",)),
        ("**/*.parq", "", ("sub/b.parq",)),
        ("s*", "", ("sub/b.parq", "sub/deep/c.PQ")),
        ("*/deep", "", ("sub/deep/c.PQ",)),
        ("no*.txt", "", ("notes.txt",)),
        ("*m*/*.parquet", "", ()),
    ],
)
def test_a_glob_takes_files_and_folders(
    folder: Path, pattern: str, root: str, names: tuple[str, ...]
) -> None:
    if not names:
        with pytest.raises(UserError, match="No Parquet file in"):
            find_parquet(str(folder / pattern))
        return
    found = find_parquet(str(folder / pattern))
    assert (found[0].path, found[1]) == (str((folder / root).resolve()), names)


# Each takes the time of all before it once for every folder; an event may name a glob.
def test_a_glob_that_would_take_hours_is_refused(folder: Path) -> None:
    assert find_parquet(str(folder / "**" / "deep" / "**" / "*.PQ"))[1]
    with pytest.raises(UserError, match=r"has '\*\*' 3 times, at most 2"):
        find_parquet(str(folder / "**" / "**" / "**"))


def test_a_folder_may_be_called_like_a_glob(folder: Path) -> None:
    (folder / "b[1]").mkdir()
    (folder / "b[1]" / "x.parquet").touch()
    root, names = find_parquet(str(folder / "b[1]" / "*.parquet"))
    assert (Path(root.path).name, names) == ("b[1]", ("x.parquet",))
    assert find_parquet(str(folder / "b[1]"))[1] == ("x.parquet",)


def test_what_is_missing_is_told_with_the_nearest_name(folder: Path) -> None:
    with pytest.raises(UserError, match=r"no 'sup' in .*Did you mean 'sub'\?"):
        find_parquet(str(folder / "sup" / "b.parq"))
    with pytest.raises(UserError, match=r"does not exist.*Check the path"):
        find_parquet(str(folder / "zzzzzz" / "*.parquet"))


def test_an_empty_folder_tells_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"\.parquet, \.parq, \.pq"):
        find_parquet(str(tmp_path))


def test_a_folder_that_cannot_be_read_is_told(folder: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limit[1]))
    try:
        with pytest.raises(UserError, match=r"Cannot look into .*Too many open files"):
            find_parquet(str(folder))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


def test_a_name_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too long"):
        find_parquet(str(tmp_path / ("x" * 300)))


@pytest.mark.parametrize("pattern", ["", "*.parquet", "**"])
def test_a_file_is_not_read_twice(folder: Path, pattern: str) -> None:
    (folder / "twin.parquet").symlink_to("a.parquet")
    with pytest.raises(UserError, match="same file by a symbolic link"):
        find_parquet(str(folder / pattern))


def test_a_loop_in_a_folder_is_refused(folder: Path) -> None:
    (folder / "sub" / "loop").symlink_to("..")
    with pytest.raises(UserError, match=r"same file|symbolic links"):
        find_parquet(str(folder))


def test_a_name_that_is_not_utf8_is_refused(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.parquet")).touch()
    with pytest.raises(UserError, match="not UTF-8"):
        find_parquet(str(folder))


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("data", "data"),
        ("data", "data/out/toy"),
        ("data/**/*.parquet", "data/out/toy"),
        ("data/*", "data/out/toy"),
        ("data/*/*/*.parquet", "data/out/toy"),
        ("data/./sub/..", "data/out"),
    ],
)
def test_an_output_inside_the_source_is_refused(
    folder: Path, source: str, output: str
) -> None:
    base = folder.parent
    with pytest.raises(UserError, match=r"inside the source.*outside of it"):
        check_apart(str(base / source), str(base / output))


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("data/a.parquet", "data/out/toy"),
        ("data/*.parquet", "data/out/toy"),
        ("data/sub", "data/subs/toy"),
        ("data", "data/_out/toy"),
        ("data/sub", "data"),
        ("data", "out/toy"),
    ],
)
def test_an_output_beside_the_source_is_fine(
    folder: Path, source: str, output: str
) -> None:
    base = folder.parent
    check_apart(str(base / source), str(base / output))
