"""The versions of a dataset: a numbered log of manifests, each created exclusively.

A version exists from the moment its manifest does; nothing is replaced or renamed.
How the files it lists are written is workspace's; versions held back are held_back's.
"""

import json
import logging
import re
from collections.abc import Sequence

from schemas.errors import EvenkeelError, VerificationError
from schemas.records import Attempt, FileEntry, Manifest
from tasks.storage.exclusive import checked
from tasks.storage.sealing import changed, read_sealed, seal
from tasks.storage.stores import store_at

SCRATCH = "scratch"
HELD_BACK = "held-back.json"
_COMMITS = "_commits"
_LATEST = "latest.json"
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
    numbers = _numbers(root)
    return read_version(root, numbers[-1]) if numbers else None


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
    path = manifest_path(number)
    manifest = read_sealed(root, path)
    if manifest is None:
        raise VerificationError(f"{root}/{path} is gone. Restore it from a copy.")
    if manifest.version != number:
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
        was first, to be told by its attempt.

    Raises:
        VerificationError: A listed file is gone, or a manifest is damaged.
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed; nothing was committed, or it is unknown.
    """
    root = attempt.root
    store_at(root).make(_COMMITS)
    settle(root, draft.files)
    head = draft.parent or 0
    while True:
        for number in _numbers(root):
            if number > head:
                newer = read_version(root, number)
                if newer.run_key == attempt.run_key:
                    return newer
                head = number
        manifest = numbered(draft, attempt, head)
        if _create(root, manifest):
            _write_latest(root)
            return manifest


def is_committed(attempt: Attempt) -> bool:
    """Tell whether any version is made of this attempt, be it one held back.

    Raises:
        UserError: The versions may not be read.
        TransientError: The storage failed.
    """
    store, owner = store_at(attempt.root), attempt.attempt.encode()
    if store.size(f"{data_folder(attempt)}/{HELD_BACK}") is not None:
        return True
    newest_first = reversed(_numbers(attempt.root))
    return any(
        owner in (store.read(manifest_path(number)) or b"") for number in newest_first
    )


def manifest_path(number: int) -> str:
    """Give the path of the manifest of a version, relative to OUTPUT/NAME."""
    return f"{_COMMITS}/{number:020d}.json"


def _numbers(root: str) -> list[int]:
    names = [item.path.split("/")[-1] for item in store_at(root).files(_COMMITS)]
    return sorted(int(name[:-5]) for name in names if _NAME.fullmatch(name))


def settle(root: str, files: Sequence[FileEntry]) -> None:
    """See that all files are there, and that their names outlast a power cut.

    Args:
        root: OUTPUT/NAME as a path or URI.
        files: Of the version.

    Raises:
        VerificationError: One is gone or changed.
        UserError: A folder cannot be opened.
        TransientError: The storage failed.
    """
    store = store_at(root)
    for entry in files:
        path = checked(entry.path)
        if SCRATCH in path.split("/"):
            raise ValueError(f"scratch cannot be published: {path}")
        if store.size(path) != entry.bytes:
            raise VerificationError(f"{root}/{path} is gone or changed; run again.")
    store.settle({entry.path.rpartition("/")[0] for entry in files})


def numbered(draft: Manifest, attempt: Attempt, head: int) -> Manifest:
    """Fill in what makes a draft the version after the head (0: the first), sealed."""
    facts = {
        "version": head + 1,
        "parent": head or None,
        "run_key": attempt.run_key,
        "attempt": attempt.attempt,
    }
    return seal(draft.model_copy(update=facts))


def _create(root: str, manifest: Manifest) -> bool:
    store, path = store_at(root), manifest_path(manifest.version)
    try:
        with store.stage(path) as staged:
            staged.write(manifest.model_dump_json(indent=2).encode())
            created = staged.publish()
        store.settle({_COMMITS})
    except EvenkeelError:
        # A reported failure may come after the file appeared: only the log knows.
        if store.size(path) is None or read_version(root, manifest.version) != manifest:
            raise
        return True
    return created


def _write_latest(root: str) -> None:
    """Tell people where the head is; a failure must not undo what is committed."""
    try:
        head = read_head(root)
        while head is not None:
            said = json.dumps(_signpost(head), indent=2)
            store_at(root).replace(_LATEST, said.encode())
            told, head = head, read_head(root)
            if head == told:  # else a later run may have been overwritten
                return
    except EvenkeelError as error:
        _log.warning("latest.json was not written: %s", error)


def _signpost(head: Manifest) -> dict[str, object]:
    return {
        "version": head.version,
        "manifest": manifest_path(head.version),
        "train": f"{data_folder(head)}/train",
        "holdout": f"{data_folder(head)}/holdout",
    }
