"""The versions of a dataset: a numbered log of manifests, each created exclusively.

A version exists from the moment its manifest does; nothing is replaced or renamed.
How the files it lists are written is workspace's; versions held back are held_back's.
"""

import json
import logging
import re

from schemas.errors import EvenkeelError, VerificationError
from schemas.manifest import Manifest
from schemas.written import Attempt
from tasks.storage.pins import PINS, pinned, told
from tasks.storage.sealing import changed, read_sealed, seal, write_sealed
from tasks.storage.settling import settle
from tasks.storage.stores import store_at

SCRATCH = "scratch"
HELD_BACK = "held-back.json"
COMMITS = "_commits"
LATEST = "latest.json"
_NAME = re.compile(r"[0-9]{20}\.json")
_RUN_KEY_SHOWN = 16

_log = logging.getLogger(__name__)


def data_folder(run: Attempt | Manifest) -> str:
    """Name the folder of an attempt's files, relative to OUTPUT/NAME."""
    return f"data/{run.run_key[:_RUN_KEY_SHOWN]}-{run.attempt}"


def read_head(root: str) -> Manifest | None:
    """Read the published version, the one of the highest number.

    Args:
        root: OUTPUT/NAME as a path or URI; it need not exist.

    Returns:
        Its manifest, or None if nothing was published.

    Raises:
        VerificationError: The manifest is damaged.
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    log = numbers(root)
    return read_version(root, log[-1]) if log else None


def read_version(root: str, number: int) -> Manifest:
    """Read one version.

    Args:
        root: OUTPUT/NAME as a path or URI.
        number: 1 or more.

    Returns:
        Its manifest.

    Raises:
        VerificationError: The manifest is damaged or gone.
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    manifest = find_version(root, number)
    if manifest is None:
        path = manifest_path(number)
        raise VerificationError(f"{root}/{path} is gone. Restore it from a copy.")
    return manifest


def find_version(root: str, number: int) -> Manifest | None:
    """Read one version, or None if it is not there; else as read_version."""
    path = manifest_path(number)
    manifest = read_sealed(root, path)
    if manifest and manifest.version != number:
        raise changed(root, path)
    return manifest


def commit(attempt: Attempt, draft: Manifest) -> Manifest:
    """Publish an attempt as the next version.

    Args:
        attempt: Its files are written and verified.
        draft: All that is to be told. Its parent is the version the run began with
            (None: none): a later one of the same run key is a twin's. The version,
            run key, attempt and sha256 are filled in here.

    Returns:
        The manifest that stands for this run key: the attempt's, or that of a twin who
        was first, to be told by its attempt; or one restored meanwhile in its place.

    Raises:
        VerificationError: A listed file is gone, as the attempt was so slow that it
            looked abandoned; or a manifest is damaged.
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed; nothing was committed, or it is unknown.
    """
    root = attempt.root
    store_at(root).make(COMMITS)
    head = draft.parent or 0
    with pinned(root, data_folder(attempt), "run"):
        settle(root, draft.files)
        while True:
            for number in numbers(root):
                if number > head:
                    newer = find_version(root, number)
                    if newer and _stands(newer, attempt.run_key):
                        return newer
                    head = number
            manifest = numbered(draft, attempt, head)
            if append(root, manifest):
                return manifest


def _stands(newer: Manifest, run_key: str) -> bool:
    restored = newer.restores
    return newer.run_key == run_key or bool(restored and run_key in restored.instead_of)


def append(root: str, manifest: Manifest) -> bool:
    """Create a version, whose folder is pinned; False when its number was taken.

    Raises:
        VerificationError: A manifest is damaged.
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed; nothing was created, or it is unknown.
    """
    created = write_sealed(root, manifest_path(manifest.version), manifest)
    if created:
        try:
            point_to_head(root)
        except EvenkeelError as error:  # which must not undo what is committed
            _log.warning("latest.json was not written: %s", error)
    return created


def is_committed(attempt: Attempt) -> bool:
    """Tell whether a version is, or may be, made of this attempt, be it held back.

    Raises:
        UserError: The versions may not be read.
        TransientError: The storage failed.
    """
    store, owner = store_at(attempt.root), attempt.attempt.encode()
    folder = data_folder(attempt)
    if folder in told(attempt.root, PINS):  # no one knows what became of its manifest
        return True
    if store.size(f"{folder}/{HELD_BACK}") is not None:
        return True
    newest_first = reversed(numbers(attempt.root))
    return any(
        owner in (store.read(manifest_path(number)) or b"") for number in newest_first
    )


def manifest_path(number: int) -> str:
    """Give the path of the manifest of a version, relative to OUTPUT/NAME."""
    return f"{COMMITS}/{number:020d}.json"


def numbers(root: str) -> list[int]:
    """List the numbers of the versions in order; there are gaps where some were pruned.

    Raises:
        UserError: The log may not be read.
        TransientError: The storage failed.
    """
    names = [item.path.split("/")[-1] for item in store_at(root).files(COMMITS)]
    return sorted(int(name[:-5]) for name in names if _NAME.fullmatch(name))


def numbered(draft: Manifest, attempt: Attempt, head: int) -> Manifest:
    """Fill in what makes a draft the version after the head (0: the first), sealed."""
    for entry in draft.files:
        if SCRATCH in entry.path.split("/"):
            raise ValueError(f"scratch cannot be published: {entry.path}")
    facts = {
        "version": head + 1,
        "parent": head or None,
        "run_key": attempt.run_key,
        "attempt": attempt.attempt,
    }
    return seal(draft.model_copy(update=facts))


def point_to_head(root: str) -> None:
    """Have latest.json tell people where the head is, also after who was killed at it.

    Args:
        root: OUTPUT/NAME as a path or URI; it need not exist.

    Raises:
        VerificationError: The manifest of the head is damaged.
        UserError: The place may not be read or written to.
        TransientError: The storage failed.
    """
    head = read_head(root)
    while head is not None:
        said = signpost(head)
        if store_at(root).read(LATEST) != said:
            store_at(root).replace(LATEST, said)
        told, head = head, read_head(root)
        if head == told:  # else a later run may have been overwritten
            return


def signpost(head: Manifest) -> bytes:
    """Give what latest.json says of the published version."""
    said = {
        "version": head.version,
        "manifest": manifest_path(head.version),
        "train": f"{data_folder(head)}/train",
        "holdout": f"{data_folder(head)}/holdout",
    }
    return json.dumps(said, indent=2).encode()
