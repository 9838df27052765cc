"""Removes folders of files that no version needs, and before them their manifests.

Why a version or a folder may go is said in pruning and leftovers; why that hits nobody
who is about to make a version of it, in pins.
"""

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from typing import NamedTuple

from tasks.storage.commits import (
    COMMITS,
    HELD_BACK,
    data_folder,
    find_version,
    manifest_path,
    numbers,
)
from tasks.storage.pins import MARKS, PINS, marked, told
from tasks.storage.stores import store_at
from tasks.storage.threads import on_threads

Wanted = Mapping[str, Collection[int]]
"""For each folder, ``data/KEY-ATTEMPT``, the versions that shall go with it."""


class Fate(NamedTuple):
    """What becomes of a folder."""

    manifests: bool
    """Whether those of its versions that shall go do."""
    files: bool
    """Whether its files go."""
    why: str = ""
    """Why not."""


def remove_folders(root: str, wanted: Wanted) -> dict[str, Fate]:
    """Remove folders with versions that are made of them.

    Manifests go first, so that none ever lists files that are gone.

    Args:
        root: OUTPUT/NAME as a path or URI.
        wanted: The published version is in no folder's; no version where none is made
            of the folder.

    Returns:
        What became of each folder.

    Raises:
        VerificationError: A manifest is damaged: nothing was removed.
        UserError: The place may not be written to.
        TransientError: The storage failed; what was not removed is whole, or marked.
    """
    store = store_at(root)
    with ExitStack() as stack:
        for folder in wanted:
            stack.enter_context(marked(root, folder))
        fates = foresee(root, wanted)
        for folder, fate in fates.items():
            for number in wanted[folder] if fate.manifests else ():
                store.remove(manifest_path(number))
        if any(wanted.values()):
            store.settle({COMMITS})  # before their files are gone
        for folder, fate in fates.items():
            if fate.files:
                store.remove(folder)
                _forget(root, folder)
    return fates


def _forget(root: str, folder: str) -> None:
    """Take away the marks of who was killed at it: nobody can list what is gone."""
    store, name = store_at(root), folder.rpartition("/")[2]
    if not store.below(folder):
        for item in store.files(MARKS):
            if item.path.startswith(f"{MARKS}/{name}."):
                store.remove(item.path)


def foresee(root: str, wanted: Wanted) -> dict[str, Fate]:
    """Tell what removing would do now; only who has marked the folders can rely on it.

    Args:
        root: As for remove_folders.
        wanted: As for remove_folders.

    Returns:
        What would become of each folder.

    Raises:
        VerificationError: A manifest is damaged.
        UserError: The place may not be read.
        TransientError: The storage failed.
    """
    pins = told(root, PINS)
    needed = _users(root)  # after the pins: who has unpinned by now is in the log
    return {
        folder: _pinned(root, pins[folder])
        if folder in pins
        else _fate(root, folder, set(needed.get(folder, ())) - set(own))
        for folder, own in wanted.items()
    }


def _pinned(root: str, pin: str) -> Fate:
    why = (
        "a rollback or a run is about to publish its files; if none is at work, remove "
        f"{root}/{pin}"
    )
    return Fate(manifests=False, files=False, why=why)


def _fate(root: str, folder: str, others: Collection[int]) -> Fate:
    if others:
        why = f"version {max(others)} is made of its files"
        return Fate(manifests=True, files=False, why=why)
    if store_at(root).size(f"{folder}/{HELD_BACK}") is not None:
        return Fate(manifests=True, files=False, why="it is held back")
    return Fate(manifests=True, files=True)


def _users(root: str) -> dict[str, list[int]]:
    """Find the versions that are made of each folder."""
    log, found = numbers(root), dict[str, list[int]]()
    manifests = on_threads(lambda number: find_version(root, number), log)
    for number, manifest in zip(log, manifests, strict=True):
        if manifest:  # else another prune has just removed it
            found.setdefault(data_folder(manifest), []).append(number)
    return found
