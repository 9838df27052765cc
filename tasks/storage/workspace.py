"""The files of one run, written out of sight. Making them a version is commits'."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import EvenkeelError, VerificationError
from schemas.written import Attempt, FileEntry
from tasks.storage.commits import SCRATCH, data_folder, is_committed
from tasks.storage.exclusive import checked
from tasks.storage.hashing import sha256
from tasks.storage.location import locate
from tasks.storage.stores import Staged, store_at
from tasks.storage.writer import PartWriter

_FOLDERS = ("_commits", "data", "_watch", "_compare")


@dataclass
class PartFile:
    """A Parquet file being written."""

    write: Callable[[pa.Table], None]
    """Appends rows."""
    entry: FileEntry | None = None
    """Set when the file was published."""


def dataset_root(output: str, name: str) -> str:
    """Give OUTPUT/NAME as a path or URI; it need not exist.

    Raises:
        UserError: The output cannot be a path, or is outside of the allowed roots.
    """
    place = f"{locate(output).path.rstrip('/')}/{checked(name)}"
    root = locate(place).path  # NAME may be a link that leads elsewhere
    for folder in _FOLDERS:
        locate(f"{root}/{folder}")  # and so may these
    return root


def begin(output: str, name: str, run_key: str, owner: str = "") -> Attempt:
    """Make a place for the files of a run; others do not see it.

    Args:
        output: Folder under which datasets are published; made if missing.
        name: Name of the dataset, a slug.
        run_key: sha256 of source, config and seed, in hexadecimal.
        owner: Id of the run, by which staging finds what a killed one left behind.

    Returns:
        The attempt, with a fresh id that begins with the owner's.

    Raises:
        UserError: The output is full or cannot be written to.
        TransientError: The storage failed.
    """
    root = dataset_root(output, name)
    unique = "-".join([*filter(None, [owner]), secrets.token_hex(6)])
    attempt = Attempt(root=root, run_key=run_key, attempt=unique)
    try:
        store_at(root).make(data_folder(attempt))
    except EvenkeelError:
        discard(attempt)  # the next try makes a place of its own
        raise
    return attempt


def directory(attempt: Attempt) -> str:
    """Give the folder of an attempt as a path or URI."""
    return absolute(attempt.root, data_folder(attempt))


def absolute(root: str, path: str) -> str:
    """Give the path or URI of a listed file.

    Args:
        root: OUTPUT/NAME as a path or URI.
        path: As a FileEntry has it, relative to the root.

    Raises:
        ValueError: The path could lead out of the root.
    """
    return f"{root}/{checked(path)}"


@contextmanager
def part(
    attempt: Attempt,
    path: str,
    schema: pa.Schema,
    row_group_rows: int,
    *,
    allow_empty: bool = False,
) -> Iterator[PartFile]:
    """Write a Parquet file that appears when the body ends without an exception.

    Args:
        attempt: Whose file it is.
        path: Relative to the attempt's folder, as ``train/part-00000.parquet``.
        schema: Of its rows.
        row_group_rows: Rows of each row group but the last.
        allow_empty: Whether a file without rows appears at all.

    Yields:
        What takes rows, and has the FileEntry after the body.

    Raises:
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed.
        VerificationError: The path is taken by other content.
    """
    named = f"{data_folder(attempt)}/{path}"
    with store_at(attempt.root).stage(named) as staged:
        with PartWriter(staged, schema, row_group_rows) as writer:
            file = PartFile(writer.write)
            yield file
        if writer.rows or allow_empty:
            file.entry = _publish(attempt, named, staged, writer.rows)


def write_bytes(attempt: Attempt, path: str, data: bytes) -> FileEntry:
    """Write a file that holds no rows.

    Args:
        attempt: Whose file it is.
        path: Relative to the attempt's folder, as ``report/report.html``.
        data: Its content.

    Returns:
        Its entry.

    Raises:
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed.
        VerificationError: The path is taken by other content.
    """
    named = f"{data_folder(attempt)}/{path}"
    with store_at(attempt.root).stage(named) as staged:
        staged.write(data)
        return _publish(attempt, named, staged, None)


def open_part(root: str, entry: FileEntry) -> pq.ParquetFile:
    """Open a listed Parquet file, its page checksums verified as it is read.

    Args:
        root: OUTPUT/NAME as a path or URI.
        entry: The file.
    """
    file = store_at(root).open(checked(entry.path))
    return pq.ParquetFile(file, page_checksum_verification=True)


def describe(root: str, entry: FileEntry) -> FileEntry:
    """Hash a listed file again, to compare it with its entry.

    Args:
        root: OUTPUT/NAME as a path or URI.
        entry: The file.

    Returns:
        The entry with the bytes and sha256 that are there now.

    Raises:
        VerificationError: It is gone.
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    store, path = store_at(root), checked(entry.path)
    size = store.size(path)
    if size is None:
        raise VerificationError(f"{absolute(root, path)!r} is gone; run again.")
    with store.open(path) as file:
        digest = sha256(file)
    return entry.model_copy(update={"bytes": size, "sha256": digest})


def drop_scratch(attempt: Attempt) -> None:
    """Remove the scratch folder, if there is one."""
    with suppress(EvenkeelError):  # it harms nobody
        store_at(attempt.root).remove(f"{data_folder(attempt)}/{SCRATCH}")


def discard(attempt: Attempt) -> None:
    """Remove the attempt's folder, unless a version is or may be made of it."""
    with suppress(EvenkeelError):  # not to know is a reason to keep the files
        if not is_committed(attempt):
            store_at(attempt.root).remove(data_folder(attempt))


def _publish(
    attempt: Attempt, path: str, staged: Staged, rows: int | None
) -> FileEntry:
    entry = FileEntry(path=path, rows=rows, bytes=staged.size, sha256=staged.sha256)
    # A task that is tried again writes the same bytes again.
    if not staged.publish() and describe(attempt.root, entry) != entry:
        raise VerificationError(f"{path} exists with other content.")
    return entry
