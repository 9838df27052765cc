"""Files that are listed are there, and stay. What lists them is commits' business."""

from collections.abc import Sequence

from schemas.errors import VerificationError
from schemas.written import FileEntry
from tasks.storage.exclusive import checked
from tasks.storage.stores import store_at


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
        if store.size(path) != entry.bytes:
            raise VerificationError(
                f"{root}/{path} is gone or changed, so nothing is published; run again."
            )
    store.settle({entry.path.rpartition("/")[0] for entry in files})
