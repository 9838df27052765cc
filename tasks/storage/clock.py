"""What time it is where files are kept. No clock of this machine has a say in that."""

import secrets

from tasks.storage.stores import store_at

TEMPORARY = ".tmp"
"""The end of names that nothing keeps, which begin with a dot."""


def storage_now(root: str) -> int:
    """Ask the storage for the time, by writing a file: hosts' clocks differ from its.

    Args:
        root: OUTPUT/NAME as a path or URI; it is there.

    Returns:
        Nanoseconds since the epoch, as files have them.

    Raises:
        UserError: The place is full or cannot be written to.
        TransientError: The storage failed.
    """
    store, name = store_at(root), f".clock.{secrets.token_hex(6)}{TEMPORARY}"
    store.replace(name, b"")
    try:
        return next(item.modified_ns for item in store.files("") if item.path == name)
    finally:
        store.remove(name)
