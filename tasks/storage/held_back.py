"""Versions that may not be published: whole and sealed, but not in the log of versions.

When one is held back is decided in algorithms.gate; the log is commits'.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress

from schemas.errors import EvenkeelError, VerificationError
from schemas.manifest import Manifest
from schemas.written import Attempt
from tasks.storage.commits import (
    HELD_BACK,
    data_folder,
    numbered,
    read_head,
)
from tasks.storage.pins import pinned
from tasks.storage.sealing import read_sealed
from tasks.storage.settling import settle
from tasks.storage.stores import store_at

_log = logging.getLogger(__name__)


def held_back_path(run: Attempt | Manifest) -> str:
    """Give the path that the manifest of a run has if it is held back."""
    return f"{data_folder(run)}/{HELD_BACK}"


def hold_back(attempt: Attempt, draft: Manifest) -> Manifest:
    """Keep an attempt aside, with the manifest that it would have been published with.

    Of a dataset only the newest is kept, so that no night after night fills the disk.
    What was there before is older, whatever clocks say; of several at once, the times
    of their files decide.

    Args:
        attempt: Its files are written and verified.
        draft: All that is to be told; as for commits.commit.

    Returns:
        The manifest, which also lies in the attempt's folder as ``held-back.json``.

    Raises:
        VerificationError: A listed file is gone, or a manifest is damaged.
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed.
    """
    root, store = attempt.root, store_at(attempt.root)
    with pinned(root, data_folder(attempt), "run"):
        settle(root, draft.files)
        head = read_head(attempt.root)
        manifest = numbered(draft, attempt, head.version if head else 0)
        path = held_back_path(attempt)
        before = [item for item in _oldest_first(root) if item != path]
        with store.stage(path) as staged:
            staged.write(manifest.model_dump_json(indent=2).encode())
            if not staged.publish():  # by a try before this one
                manifest = read_sealed(root, path) or manifest
        try:
            store.settle({data_folder(attempt)})
        except EvenkeelError:
            if store.size(path) is not None:  # else a newer one has taken its place
                raise
    _drop(root, before)
    _drop(root, _oldest_first(root)[:-1])
    return manifest


def read_held_back(root: str) -> Manifest | None:
    """Read the newest version of a dataset that is held back.

    Args:
        root: OUTPUT/NAME as a path or URI; it need not exist.

    Returns:
        Its manifest; None if there is none, or it is damaged, which is logged.

    Raises:
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    for path in _oldest_first(root)[-1:]:
        try:
            return read_sealed(root, path)
        except VerificationError as error:
            _log.warning("%s", error)
    return None


def _oldest_first(root: str) -> list[str]:
    store, ages = store_at(root), {}
    for folder in store.folders("data"):
        for item in store.files(f"data/{folder}"):
            if item.path.endswith(f"/{HELD_BACK}"):
                ages[item.path] = item.modified_ns
    return sorted(ages, key=lambda path: (ages[path], path))


def _drop(root: str, paths: Sequence[str]) -> None:
    """Remove versions held back; what cannot be removed harms nobody."""
    for path in paths:
        with suppress(EvenkeelError):
            store_at(root).remove(path)  # first, so that half a folder is no version
            store_at(root).remove(path.rpartition("/")[0])
