"""Which old versions may go. How they are removed without harm is said in removal.

A version goes if it is none of the newest ones that are to be kept, and was replaced
so long ago that who began to read it is done. The published version is always kept.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tasks.storage.clock import storage_now
from tasks.storage.commits import (
    COMMITS,
    data_folder,
    find_version,
    manifest_path,
    numbers,
)
from tasks.storage.removal import Fate, foresee, remove_folders
from tasks.storage.stores import store_at

_NS = 1_000_000_000


class Pruned(NamedTuple):
    """What became of a version."""

    version: int
    removed: bool
    note: str
    """Why it was kept, or what went with it."""


def prune(
    root: str, keep: int, older_than: float, *, dry_run: bool
) -> tuple[Pruned, ...]:
    """Remove old versions, and the files that no version needs any more.

    Args:
        root: OUTPUT/NAME as a path or URI, where something is published.
        keep: How many of the newest versions stay whatever their age, 1 or more.
        older_than: Seconds since a version was replaced, by the storage's clock, before
            which it stays.
        dry_run: Remove nothing, and tell what would be removed.

    Returns:
        What became of each version, the newest first.

    Raises:
        VerificationError: A manifest is damaged: nothing was removed.
        UserError: The place may not be written to.
        TransientError: The storage failed; what was not removed is whole, or marked.
    """
    log = numbers(root)
    kept = dict(_kept(root, log, keep, older_than))
    wanted = _folders(root, [number for number in log if number not in kept])
    fates = (foresee if dry_run else remove_folders)(root, wanted)
    found = [Pruned(number, removed=False, note=why) for number, why in kept.items()]
    for folder, fate in fates.items():
        note = "with its files" if fate.files else _but_files(fate)
        found += [Pruned(number, fate.manifests, note) for number in wanted[folder]]
    return tuple(sorted(found, reverse=True))


def _but_files(fate: Fate) -> str:
    return f"its files stay: {fate.why}" if fate.manifests else fate.why


def _kept(
    root: str, log: Sequence[int], keep: int, older_than: float
) -> Iterator[tuple[int, str]]:
    stored = {item.path: item.modified_ns for item in store_at(root).files(COMMITS)}
    now = storage_now(root)
    for place, number in enumerate(reversed(log)):
        if place == 0:
            yield number, "it is published"
        elif place < keep:
            yield number, f"it is one of the newest {keep}"
        else:
            replaced = stored.get(manifest_path(log[len(log) - place]), now)
            age = (now - replaced) / _NS
            if age < older_than:
                yield number, f"it was replaced {_span(age)} ago; readers may be at it"


def _span(seconds: float) -> str:
    """Say a time in the largest unit of which there is one.

    >>> _span(90), _span(200_000)
    ('1 min', '2 d')
    """
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def _folders(root: str, going: Sequence[int]) -> dict[str, list[int]]:
    """Group versions by the folder that they are made of."""
    folders: dict[str, list[int]] = {}
    for number in going:
        if manifest := find_version(root, number):
            folders.setdefault(data_folder(manifest), []).append(number)
    return folders
