"""Who is about to list the files of a folder, and who is about to remove them.

A rollback lists files that another version brought, and a run may be so slow that its
files look abandoned. So either side says what it is about to do before it looks at what
the other has said:

- who lists pins the folder, looks for marks, looks at the files, creates the manifest
  and unpins;
- who removes marks the folder, looks for pins, looks into the log, removes manifest and
  files, and takes the mark away.

The second to come sees the first and gives way; if both come at once, both do. That
asks no clock and no lock, but only that who looks sees what was written before, as on
disks and in object stores (https://aws.amazon.com/s3/consistency/). Where it is not
known what became of a manifest or of a removal, the pin or the mark stays: the files
are then neither removed nor listed again until a person takes it away.

What is removed, and when, is said in removal; what is listed, in commits and restoring.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import TransientError, VerificationError
from tasks.storage.stores import store_at

PINS = "_pins"
MARKS = "_removals"


@contextmanager
def pinned(root: str, folder: str, who: str) -> Iterator[None]:
    """Keep a folder from being removed while the body makes a version of it.

    Args:
        root: OUTPUT/NAME as a path or URI.
        folder: Relative to it, ``data/KEY-ATTEMPT``.
        who: Names the pin: letters and digits. The same one may pin again.

    Raises:
        VerificationError: The folder is being removed.
        UserError: The place is full or cannot be written to.
        TransientError: The storage failed.
    """
    with _said(root, f"{PINS}/{_name(folder)}.{who}"):
        if mark := told(root, MARKS).get(folder):
            raise VerificationError(
                f"{root}/{folder} is being removed by 'evenkeel prune', or because it "
                f"looked abandoned. If nothing is at work there, remove "
                f"{root}/{mark} and try again."
            )
        yield


@contextmanager
def marked(root: str, folder: str) -> Iterator[None]:
    """Tell that a folder is about to be removed, as long as the body.

    Args:
        root: OUTPUT/NAME as a path or URI.
        folder: Relative to it, ``data/KEY-ATTEMPT``.

    Raises:
        UserError: The place is full or cannot be written to.
        TransientError: The storage failed.
    """
    with _said(root, f"{MARKS}/{_name(folder)}.{secrets.token_hex(6)}"):
        yield


def told(root: str, kind: str) -> dict[str, str]:
    """Find what is pinned or marked.

    Args:
        root: OUTPUT/NAME as a path or URI.
        kind: PINS or MARKS.

    Returns:
        For each folder, ``data/KEY-ATTEMPT``, the path of one of its pins or marks.

    Raises:
        UserError: They may not be read.
        TransientError: The storage failed.
    """
    paths = [item.path for item in store_at(root).files(kind)]
    return {f"data/{_name(path).partition('.')[0]}": path for path in paths}


def _name(folder: str) -> str:
    return folder.rpartition("/")[2]


@contextmanager
def _said(root: str, path: str) -> Iterator[None]:
    """Have a small file there during the body, and after it if no one knows its end."""
    store = store_at(root)
    store.make(path.rpartition("/")[0])
    store.replace(path, b"")
    try:
        yield
    except TransientError:  # what was asked for last may still happen
        raise
    except Exception:
        store.remove(path)
        raise
    store.remove(path)
