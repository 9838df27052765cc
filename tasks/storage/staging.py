"""What runs left unfinished in an output. How files are written is workspace's."""

from pathlib import Path

from schemas.records import Attempt
from tasks.storage.commits import is_committed
from tasks.storage.exclusive import checked, reported
from tasks.storage.location import locate


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
    folder = Path(locate(output).path)
    with reported(folder):
        found = sorted(folder.glob(f"*/data/*-{checked(owner)}-*"))
    attempts = map(_attempt, found)
    return tuple(attempt for attempt in attempts if not is_committed(attempt))


def _attempt(path: Path) -> Attempt:
    """Read the name of a folder backwards; it has only the start of the run key."""
    key, _, unique = path.name.partition("-")
    return Attempt(root=str(path.parents[1]), run_key=key, attempt=unique)
