"""Allowed roots: no path, link or glob leads out of them, through any door."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from tasks.published import published_version
from tasks.storage.footers import read_fragments
from tasks.storage.location import check_apart, find_parquet, locate
from tasks.storage.roots import ROOTS
from tasks.storage.workspace import dataset_root

STEPS = ("..", ".", "in", "file.parquet", "to_in", "to_out", "up", "*", "**", "t*", "~")


def _tree(base: Path) -> tuple[Path, Path]:
    """Lay out an allowed and a forbidden folder, and links between them."""
    root, outside = base / "root", base / "outside"
    for folder in (root / "in", outside / "in"):
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"x": [1]}), folder / "file.parquet")
    (root / "to_in").symlink_to("in")
    (root / "in" / "to_out").symlink_to(outside)
    (root / "up").symlink_to("..")
    return root, outside


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made, _ = _tree(tmp_path)
    monkeypatch.setenv(ROOTS, str(made))
    monkeypatch.chdir(made)
    return made


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Serve many examples of one test with one tree."""
    made, _ = _tree(tmp_path_factory.mktemp("walked"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ROOTS, str(made))
        yield made


paths = st.lists(st.sampled_from(STEPS), max_size=6).map("/".join)


@given(path=paths)
def test_no_path_escapes(path: str, walked: Path) -> None:
    with suppress(UserError):
        found = locate(f"{walked}/{path}").path
        assert Path(os.path.realpath(found)).is_relative_to(walked)


@given(path=paths)
def test_no_file_that_is_found_lies_outside(path: str, walked: Path) -> None:
    with suppress(UserError):
        place, names = find_parquet(f"{walked}/{path}")
        for name in names:
            real = os.path.realpath(f"{place.path}/{name}")
            assert Path(real).is_relative_to(walked)


@given(path=paths, name=st.sampled_from(("in", "to_in", "to_out", "up")))
def test_no_output_escapes(path: str, name: str, walked: Path) -> None:
    with suppress(UserError):
        place = dataset_root(f"{walked}/{path}", name)
        assert Path(os.path.realpath(place)).is_relative_to(walked)


DOORS: dict[str, Callable[[str], object]] = {
    "locate": locate,
    "find_parquet": find_parquet,
    "read_fragments": read_fragments,
    "published_version": published_version,
    "dataset_root": lambda path: dataset_root(path, "in"),
    "source": lambda path: check_apart(path, "in"),
    "output": lambda path: check_apart("in", path),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "/", "..", "../outside", "../outside/*.parquet", "up"),
        *("in/../../outside/in/file.parquet", "in/to_out", "in/to_out/new", "up/new"),
        *("../outside/../outside", "in/to_out/in/file.parquet", "~root/x", "*/../.."),
    ],
)
@pytest.mark.usefixtures("root")
def test_every_door_refuses(door: str, path: str, root: Path) -> None:
    with pytest.raises(UserError, match=f"outside.*{root}.*{ROOTS}"):
        DOORS[door](path)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "path", ["file:///etc/passwd", "http://localhost/x", "s3://bucket/x"]
)
@pytest.mark.usefixtures("root")
def test_every_door_refuses_other_schemes(door: str, path: str) -> None:
    with pytest.raises(
        UserError, match=r"not supported, only local|outside of the folders"
    ):
        DOORS[door](path)


def test_a_refusal_names_the_path_and_where_it_leads(root: Path) -> None:
    with pytest.raises(UserError) as caught:
        locate("in/to_out/secret\n")
    told = str(caught.value)
    assert r"'in/to_out/secret\n'" in told
    assert f"'{root.parent}/outside/secret\\n'" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("source", "link"),
    [
        *((".", "in/to_out"), ("in", "in/to_out"), ("*", "in/to_out")),
        *(("**/*.parquet", "in/to_out"), ("to_*", "in/to_out")),
        ("*/*/*/*.parquet", "in/to_out"),
    ],
)
def test_a_link_below_a_source_is_refused_by_name(
    root: Path, source: str, link: str
) -> None:
    (root / "up").unlink()
    with pytest.raises(UserError, match=f"{link}.* leads to .*/outside"):
        find_parquet(source)


def test_a_linked_folder_is_not_looked_into(root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (root / "fresh").mkdir()
    (root / "fresh" / "a.parquet").touch()
    (root / "fresh" / "link").symlink_to(tmp_path / "empty")
    with pytest.raises(UserError, match=r"fresh/link' leads to .*/empty"):
        find_parquet("fresh")


def test_a_linked_file_is_not_opened(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"opened, it would be told to be no Parquet")
    (root / "fresh").mkdir()
    (root / "fresh" / "a.parquet").symlink_to(secret)
    with pytest.raises(UserError, match=r"a\.parquet' leads to .*/secret"):
        read_fragments("fresh")


def test_what_lies_inside_is_found(root: Path) -> None:
    (root / "in" / "to_out").unlink()
    assert locate("to_in/new").path == f"{root}/in/new"
    assert find_parquet("in/../to_in")[1] == ("file.parquet",)
    assert find_parquet("i*/f*")[0].path == str(root)
    assert dataset_root("out", "toy") == f"{root}/out/toy"


# ``/data/rootX`` begins like ``/data/root`` and is another folder.
def test_a_name_that_begins_alike_is_outside(root: Path) -> None:
    (root.parent / "rootX").mkdir()
    with pytest.raises(UserError, match="outside"):
        locate("../rootX")


def test_a_root_may_be_a_link_or_not_exist_yet(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, f"{root}/to_in, {root.parent}/later")
    assert locate("in/x").path == locate("to_in/x").path == f"{root}/in/x"
    assert locate("../later/x").path == f"{root.parent}/later/x"
    with pytest.raises(UserError, match=f"'{root}/in', '{root.parent}/later'"):
        locate("x")


def test_a_relative_root_is_meant_from_where_the_run_is(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, ".")
    assert locate("in").path == f"{root}/in"
    with pytest.raises(UserError, match="outside"):
        locate("..")


def test_a_home_may_be_a_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    monkeypatch.setenv(ROOTS, "~/in")
    assert locate("~/in/x").path == f"{root}/in/x"


@pytest.mark.parametrize("listed", [None, "", "  "])
def test_no_roots_allow_every_path(
    root: Path, monkeypatch: pytest.MonkeyPatch, listed: str | None
) -> None:
    monkeypatch.delenv(ROOTS)
    if listed is not None:
        monkeypatch.setenv(ROOTS, listed)
    assert locate("..").path == str(root.parent)


# A list that someone began to write must not open all doors.
@pytest.mark.usefixtures("root")
def test_a_list_of_nothing_allows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOTS, ",")
    with pytest.raises(UserError, match="may use: none"):
        locate("in")


@pytest.mark.usefixtures("root")
def test_a_root_that_cannot_be_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOTS, "~nobody-of-this-name/x")
    with pytest.raises(UserError, match=f"{ROOTS} lists '~nobody.*Correct it"):
        locate("in")


@pytest.mark.parametrize("folder", ["_commits", "data", "_watch"])
def test_no_folder_of_a_dataset_leads_out(root: Path, folder: str) -> None:
    (root / "out" / "toy").mkdir(parents=True)
    (root / "out" / "toy" / folder).symlink_to(root.parent / "outside")
    with pytest.raises(UserError, match=f"toy/{folder}' leads to .*/outside"):
        dataset_root("out", "toy")


def test_what_lies_above_a_missing_root_is_not_told(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, f"{root.parent}/outsode")
    with pytest.raises(UserError, match=r"does not exist\. Make it") as caught:
        find_parquet("../outsode/x")
    assert "outside" not in str(caught.value)


def test_a_link_into_a_loop_that_no_one_wants_harms_nobody(root: Path) -> None:
    (root / "fresh").mkdir()
    (root / "fresh" / "a.parquet").touch()
    (root / "fresh" / "loop").symlink_to("loop")
    assert find_parquet("fresh")[1] == ("a.parquet",)
    assert find_parquet("fresh/*.parquet")[1] == ("a.parquet",)


def test_a_folder_that_holds_itself_by_a_link_is_refused(root: Path) -> None:
    (root / "fresh" / "sub").mkdir(parents=True)
    (root / "fresh" / "sub" / "again").symlink_to("..")
    for source in ("fresh", "fresh/**/*.parquet", "fresh/*"):
        with pytest.raises(UserError, match="leads back by symbolic links"):
            find_parquet(source)
