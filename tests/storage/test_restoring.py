"""A rollback is a version like any other, of files that were there before."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from schemas.errors import VerificationError
from schemas.manifest import Manifest
from tasks.storage.commits import commit, manifest_path, numbers, read_head
from tasks.storage.pins import PINS, told
from tasks.storage.restoring import restore
from tasks.storage.stores import store_at
from tasks.storage.workspace import begin
from tests.storage.drafts import draft
from tests.storage.places import (
    KEYS,
    NAME,
    files,
    is_whole,
    output_of,
    publish,
    publish_all,
)

A, B, C, D = KEYS
NOW = "2024-05-02T03:00:00+00:00"


@pytest.fixture(params=["disk", "bucket"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return output_of(request, tmp_path)


def _back(root: str, old: Manifest) -> Manifest:
    made, is_new = restore(root, old, NOW, "me")
    assert is_new
    return made


def test_the_files_of_the_old_version_are_published_again(output: str) -> None:
    root, (first, _, third) = publish_all(output, [A, B, C])
    data = [path for path in files(root) if path.startswith("data/")]
    made = _back(root, first)
    assert read_head(root) == made
    assert (made.version, made.parent, made.created) == (4, 3, NOW)
    assert (made.run_key, made.attempt) == (first.run_key, first.attempt)
    assert made.files == first.files
    assert made.restores
    told_of = {"version": 1, "instead_of": (B, C), "rollback": "me"}
    assert made.restores.model_dump() == told_of
    assert [path for path in files(root) if path.startswith("data/")] == data
    assert third.version in numbers(root)
    latest = json.loads(store_at(root).read("latest.json") or b"")
    assert latest["version"] == 4
    assert latest["train"] == first.files[0].path.rpartition("/")[0]
    assert not told(root, PINS)


def test_what_is_published_already_is_left_alone(output: str) -> None:
    root, (first, second) = publish_all(output, [A, B])
    assert restore(root, second, NOW, "me") == (second, False)
    made = _back(root, first)
    assert restore(root, first, NOW, "me") == (made, False)
    assert restore(root, made, NOW, "me") == (made, False)
    assert numbers(root) == [1, 2, 3]


def test_a_rollback_can_be_rolled_back(output: str) -> None:
    root, (first, _, third) = publish_all(output, [A, B, C])
    _back(root, first)
    forward = _back(root, third)
    assert forward.files == third.files
    assert forward.restores
    assert forward.restores.version == 3
    assert set(forward.restores.instead_of) == {A, B}
    publish(output, D, 5)
    again = _back(root, forward)
    assert again.restores
    assert again.restores.version == 3
    assert set(again.restores.instead_of) == {A, B, D}


def test_a_run_of_what_was_rolled_back_meanwhile_gives_way(output: str) -> None:
    root, (first, _) = publish_all(output, [A, B])
    attempt = begin(output, NAME, B)  # forced, before the rollback
    made = _back(root, first)
    assert commit(attempt, draft(attempt, parent=2)) == made
    assert publish(output, B, 3).version == 4  # forced, after it


def test_a_run_of_the_same_stands_behind_the_rollback(output: str) -> None:
    root, (first, _) = publish_all(output, [A, B])
    made = _back(root, first)
    assert publish(output, A, 2) == made
    assert publish(output, C, 2).version == 4


def test_a_damaged_head_can_be_rolled_away(tmp_path: Path) -> None:
    root, (first, *_) = publish_all(str(tmp_path / "out"), [A, B, C])
    Path(root, manifest_path(3)).write_text("{")
    made = _back(root, first)
    assert read_head(root) == made
    assert made.restores
    assert made.restores.instead_of == (B,)


def test_a_version_without_its_files_is_not_restored(output: str) -> None:
    root, (first, second) = publish_all(output, [A, B])
    store_at(root).remove(first.files[0].path)
    with pytest.raises(VerificationError, match="gone or changed"):
        restore(root, first, NOW, "me")
    assert read_head(root) == second
    assert not told(root, PINS)


@pytest.mark.parametrize("among", [[0] * 4, [0, 1, 2, 0]])
def test_rollbacks_at_once_follow_each_other(output: str, among: list[int]) -> None:
    root, made = publish_all(output)
    start = Barrier(len(among))

    def one(place: int) -> tuple[Manifest, bool]:
        start.wait()
        return restore(root, made[among[place]], NOW, f"no{place}")

    with ThreadPoolExecutor(len(among)) as pool:
        found = list(pool.map(one, range(len(among))))
    log = numbers(root)
    assert log == list(range(1, len(log) + 1))
    assert len(log) == 4 + sum(is_new for _, is_new in found)
    assert len(set(among)) <= len(log) - 4 <= len(among)
    head = read_head(root)
    assert head
    assert is_whole(root, head)
