"""What runs left unfinished in an output. How files are written is workspace's."""

from schemas.written import Attempt
from tasks.storage.commits import is_committed
from tasks.storage.exclusive import checked
from tasks.storage.location import locate
from tasks.storage.stores import store_at


def abandoned(output: str, owner: str) -> tuple[Attempt, ...]:
    """Find the attempts of a run that no version is made of, whatever the dataset.

    Args:
        output: Folder under which datasets are published; it need not exist.
        owner: Id of the run, as it was when the attempt was begun.

    Returns:
        The attempts, to be discarded.

    Raises:
        UserError: The output cannot be a path, or may not be read.
        TransientError: The storage failed.
    """
    root, mark = locate(output).path.rstrip("/"), f"-{checked(owner)}-"
    store = store_at(root)
    attempts = [
        _attempt(f"{root}/{name}", folder)
        for name in store.folders("")
        for folder in store.folders(f"{name}/data")
        if mark in folder
    ]
    return tuple(attempt for attempt in attempts if not is_committed(attempt))


def _attempt(root: str, folder: str) -> Attempt:
    """Read the name of a folder backwards; it has only the start of the run key."""
    key, _, unique = folder.partition("-")
    return Attempt(root=root, run_key=key, attempt=unique)
