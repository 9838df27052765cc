"""Old versions go with what they alone need; what is published never does."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest

from schemas.errors import EvenkeelError, TransientError, VerificationError
from tasks.storage.commits import manifest_path, numbers, read_head, read_version
from tasks.storage.pins import MARKS, PINS, marked, pinned, told
from tasks.storage.pruning import Pruned, prune
from tasks.storage.removal import remove_folders
from tasks.storage.restoring import restore
from tasks.storage.stores import Store, store_at
from tests.storage.places import (
    DAY,
    KEYS,
    backdate,
    files,
    is_whole,
    output_of,
    publish,
    publish_all,
)

NOW = "2024-05-02T03:00:00+00:00"
ROUNDS = 12


@pytest.fixture(params=["disk", "bucket"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return output_of(request, tmp_path)


def _removed(found: tuple[Pruned, ...]) -> list[int]:
    return sorted(one.version for one in found if one.removed)


def _folders(root: str) -> tuple[str, ...]:
    store = store_at(root)
    return tuple(name for name in store.folders("data") if store.below(f"data/{name}"))


@pytest.mark.parametrize("keep", [1, 2, 4, 9])
def test_all_but_the_newest_go_with_their_files(output: str, keep: int) -> None:
    root, made = publish_all(output)
    found = prune(root, keep, 0, dry_run=False)
    left = made[-keep:]
    assert [one.version for one in found] == [4, 3, 2, 1]
    assert numbers(root) == [item.version for item in left]
    assert len(_folders(root)) == len(left)
    assert all(is_whole(root, item) for item in left)
    assert read_head(root) == made[-1]
    assert not told(root, MARKS)
    assert publish(output, "e" * 64, 4).version == 5


def test_a_dry_run_tells_the_same_and_removes_nothing(output: str) -> None:
    root, (first, *_) = publish_all(output)
    restore(root, first, NOW, "me")
    before = files(root)
    told_first = prune(root, 2, 0, dry_run=True)
    assert files(root) == before
    assert prune(root, 2, 0, dry_run=False) == told_first
    assert _removed(told_first) == [1, 2, 3]


def test_files_that_a_rollback_shares_stay(output: str) -> None:
    root, (first, *_) = publish_all(output)
    made, _ = restore(root, first, NOW, "me")
    found = prune(root, 1, 0, dry_run=False)
    assert numbers(root) == [5]
    assert is_whole(root, made)
    assert len(_folders(root)) == 1
    assert found[-1] == Pruned(
        1, True, "its files stay: version 5 is made of its files"
    )
    publish(output, "e" * 64, 5)
    assert _removed(prune(root, 1, 0, dry_run=False)) == [5]
    assert len(_folders(root)) == 1


def test_a_version_that_was_replaced_lately_stays(tmp_path: Path) -> None:
    root, _ = publish_all(str(tmp_path / "out"))
    backdate(root, manifest_path(1), 5)
    backdate(root, manifest_path(2), 4)  # published long ago, and replaced just now
    found = prune(root, 1, DAY, dry_run=False)
    assert _removed(found) == [1]
    assert "readers may be at it" in found[1].note
    assert numbers(root) == [2, 3, 4]


def test_no_clock_of_ours_has_a_say(
    output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _ = publish_all(output)
    for name in ("time", "time_ns", "monotonic"):
        monkeypatch.setattr(f"time.{name}", lambda: 10**20)
    assert _removed(prune(root, 1, DAY, dry_run=False)) == []


def test_a_damaged_manifest_stops_all(output: str) -> None:
    root, _ = publish_all(output)
    store_at(root).replace(manifest_path(3), b"{}")
    before = files(root)
    with pytest.raises(VerificationError, match="not a manifest"):
        prune(root, 1, 0, dry_run=False)
    assert files(root) == before


def test_a_version_that_is_about_to_be_published_again_stays(output: str) -> None:
    root, (first, *_) = publish_all(output)
    folder = first.files[0].path.rsplit("/", 2)[0]
    with pinned(root, folder, "me"):
        found = prune(root, 1, 0, dry_run=False)
        assert _removed(found) == [2, 3]
        assert f"remove {root}/_pins/" in found[-1].note
    assert _removed(prune(root, 1, 0, dry_run=False)) == [1]


def test_a_prune_that_was_killed_is_finished_by_the_next(output: str) -> None:
    root, (first, *_) = publish_all(output)
    folder = first.files[0].path.rsplit("/", 2)[0]
    with pytest.raises(TransientError), marked(root, folder):
        raise TransientError("killed")
    with pytest.raises(VerificationError, match="being removed"):
        restore(root, first, NOW, "me")
    prune(root, 1, 0, dry_run=False)
    assert numbers(root) == [4]
    assert len(_folders(root)) == 1
    assert not told(root, MARKS)


def _killed_at(root: str, last: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Prune, and stop before a removal; tell whether there were as many."""
    kind, steps = type(store_at(root)), count()
    remove = kind.remove

    def stop(self: Store, path: str) -> None:
        if next(steps) == last:
            raise TransientError("killed")
        remove(self, path)

    with monkeypatch.context() as patched:
        patched.setattr(kind, "remove", stop)
        try:
            prune(root, 1, 0, dry_run=False)
        except TransientError:
            return True
    return False


def test_no_manifest_lists_files_that_are_gone_whenever_it_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for last in count():
        root, _ = publish_all(str(tmp_path / str(last)))
        killed = _killed_at(root, last, monkeypatch)
        log = numbers(root)
        assert log[-1] == 4
        assert all(is_whole(root, read_version(root, number)) for number in log)
        prune(root, 1, 0, dry_run=False)
        assert numbers(root) == [4]
        if not killed:
            break
    assert last > 6


def test_a_version_is_never_published_without_its_files(output: str) -> None:
    """A rollback and two prunes at once: one gives way, whichever it is."""
    ends = set()
    for place in range(ROUNDS):
        root, (first, *_) = publish_all(f"{output}/{place}")
        start = Barrier(3)

        def back(
            root: str = root, first: object = first, start: Barrier = start
        ) -> str:
            start.wait()
            try:
                made, _ = restore(root, first, NOW, "me")  # type: ignore[arg-type] # a manifest
            except EvenkeelError as error:
                return type(error).__name__
            return f"version {made.version}"

        def cut(root: str = root, start: Barrier = start) -> str:
            start.wait()
            return str(_removed(prune(root, 1, 0, dry_run=False)))

        with ThreadPoolExecutor(3) as pool:
            tasks = [pool.submit(work) for work in (back, cut, cut)]
            ends.add(tasks[0].result())
            for task in tasks:
                task.result()
        for number in numbers(root):
            assert is_whole(root, read_version(root, number))
        head = read_head(root)
        assert head
        assert (head.version == 5) == (tasks[0].result() == "version 5")
        assert not told(root, PINS)
        assert not told(root, MARKS)
    assert ends <= {"version 5", "VerificationError"}


def test_a_folder_that_a_version_needs_is_not_removed(output: str) -> None:
    root, (first, *_) = publish_all(output)
    folder = first.files[0].path.rsplit("/", 2)[0]
    fates = remove_folders(root, {folder: ()})
    assert fates[folder].why == "version 1 is made of its files"
    assert is_whole(root, first)
    assert KEYS[0] == first.run_key
