"""The versions of a dataset: a numbered log of manifests, each created exclusively.

A version exists from the moment its manifest does; nothing is replaced or renamed.
How the files it lists are written is workspace's; versions held back are held_back's.
"""

import json
import logging
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from schemas.errors import EvenkeelError, VerificationError
from schemas.records import Attempt, FileEntry, Manifest
from tasks.storage.exclusive import (
    Staged,
    checked,
    make_folder,
    reported,
    sync_folder,
)
from tasks.storage.sealing import changed, read_sealed, seal

SCRATCH = "scratch"
HELD_BACK = "held-back.json"
_COMMITS = "_commits"
_NAME = re.compile(r"[0-9]{20}\.json")
_RUN_KEY_SHOWN = 16

_log = logging.getLogger(__name__)


def data_folder(run: Attempt | Manifest) -> str:
    """Name the folder of an attempt's files, relative to OUTPUT/NAME."""
    return f"data/{run.run_key[:_RUN_KEY_SHOWN]}-{run.attempt}"


def read_head(root: str) -> Manifest | None:
    """Read the published version, the one of the highest number.

    Args:
        root: OUTPUT/NAME as a path; it need not exist.

    Returns:
        Its manifest, or None if nothing was published.

    Raises:
        VerificationError: The manifest is damaged.
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    numbers = _numbers(Path(root))
    return _read(Path(root), numbers[-1]) if numbers else None


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
    root = Path(attempt.root)
    make_folder(root / _COMMITS)
    settle(root, draft.files)
    head = draft.parent or 0
    while True:
        for number in _numbers(root):
            if number > head:
                newer = _read(root, number)
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
    root = Path(attempt.root)
    with reported(root):
        return (root / data_folder(attempt) / HELD_BACK).exists() or any(
            attempt.attempt in manifest_path(root, number).read_text()
            for number in reversed(_numbers(root))
        )


def manifest_path(root: Path, number: int) -> Path:
    """Give the path of the manifest of a version."""
    return root / _COMMITS / f"{number:020d}.json"


def _numbers(root: Path) -> list[int]:
    folder = root / _COMMITS
    with reported(folder):
        if not folder.exists():
            return []
        names = [path.name for path in folder.iterdir()]
    return sorted(int(name[:-5]) for name in names if _NAME.fullmatch(name))


def _read(root: Path, number: int) -> Manifest:
    path = manifest_path(root, number)
    manifest = read_sealed(path)
    if manifest.version != number:
        raise changed(path)
    return manifest


def settle(root: Path, files: Sequence[FileEntry]) -> None:
    """See that all files are there, and that their names outlast a power cut.

    Args:
        root: OUTPUT/NAME.
        files: Of the version.

    Raises:
        VerificationError: One is gone or changed.
        UserError: A folder cannot be opened.
        TransientError: The storage failed.
    """
    folders = {root, root.parent}
    for entry in files:
        path = root / checked(entry.path)
        if SCRATCH in path.relative_to(root).parts:
            raise ValueError(f"scratch cannot be published: {entry.path}")
        if not path.is_file() or path.stat().st_size != entry.bytes:
            raise VerificationError(f"{str(path)!r} is gone or changed; run again.")
        folders.update(path.relative_to(root).parents)
    for folder in folders:
        sync_folder(root / folder)


def numbered(draft: Manifest, attempt: Attempt, head: int) -> Manifest:
    """Fill in what makes a draft the version after the head (0: the first), sealed."""
    facts = {
        "version": head + 1,
        "parent": head or None,
        "run_key": attempt.run_key,
        "attempt": attempt.attempt,
    }
    return seal(draft.model_copy(update=facts))


def _create(root: Path, manifest: Manifest) -> bool:
    path = manifest_path(root, manifest.version)
    try:
        with Staged(path) as staged:
            staged.write(manifest.model_dump_json(indent=2).encode())
            created = staged.publish()
        sync_folder(path.parent)
    except EvenkeelError:
        # A reported failure may come after the link was made: only the log knows.
        if not path.exists() or _read(root, manifest.version) != manifest:
            raise
        return True
    return created


def _write_latest(root: Path) -> None:
    """Tell people where the head is; a failure must not undo what is committed."""
    try:
        head = read_head(str(root))
        if head is not None:
            temporary = root / f".latest.{secrets.token_hex(6)}.tmp"
            temporary.write_text(json.dumps(_signpost(head), indent=2))
            temporary.replace(root / "latest.json")
    except (OSError, EvenkeelError) as error:
        _log.warning("latest.json was not written: %s", error)


def _signpost(head: Manifest) -> dict[str, object]:
    return {
        "version": head.version,
        "manifest": f"{_COMMITS}/{head.version:020d}.json",
        "train": f"{data_folder(head)}/train",
        "holdout": f"{data_folder(head)}/holdout",
    }
