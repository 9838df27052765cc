"""A table at a place that a user names. The files of versions are workspace's."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from schemas.errors import UserError
from tasks.storage.addresses import address
from tasks.storage.exclusive import is_plain
from tasks.storage.hashing import sha256
from tasks.storage.location import locate
from tasks.storage.parquet import rows_per_batch
from tasks.storage.stores import Staged, Store, store_at
from tasks.storage.writer import PartWriter


@contextmanager
def new_table(uri: str, schema: pa.Schema) -> Iterator[PartWriter]:
    """Write a Parquet file that appears when the body ends without an exception.

    Args:
        uri: Where, a path or URI; nothing may be there, folders are made.
        schema: Of the rows.

    Yields:
        What takes rows.

    Raises:
        UserError: The place is taken, outside of the allowed roots, or cannot be
            written to.
        TransientError: The storage failed.
    """
    root, name = _taken_apart(uri)
    store = store_at(root)
    if store.size(name) is not None:
        raise _taken(uri)
    with store.stage(name) as staged:
        with PartWriter(staged, schema, rows_per_batch(schema)) as writer:
            yield writer
        if not staged.publish() and not _is_ours(store, name, staged):
            raise _taken(uri)


def _taken_apart(uri: str) -> tuple[str, str]:
    """Give the folder and the name in it."""
    place = locate(uri).path
    if (found := address(place)) and not found.key:
        raise UserError(f"{uri!r} is a whole bucket; name a file in it")
    root, _, name = place.rpartition("/")
    if not is_plain(name):
        raise UserError(
            f"{uri!r} cannot be written: call the file by letters, digits, '.', '_', "
            "'=' and '-', at most 200 of them"
        )
    return root or "/", name


def _taken(uri: str) -> UserError:
    return UserError(f"{uri!r} is there already; remove it, or write to another place")


def _is_ours(store: Store, name: str, staged: Staged) -> bool:
    """Tell whether what took the name is this file, as its answer was lost."""
    if store.size(name) != staged.size:
        return False
    with store.open(name) as file:
        return sha256(file) == staged.sha256
