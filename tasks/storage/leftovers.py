"""What killed runs left in a dataset's folder, found by its age and removed.

An attempt that no version is made of may belong to a run that still writes, so only one
where nothing was written for long goes; a run that was slower still fails before its
commit, for its files are gone. How that is kept from going wrong is said in pins. What
a run leaves that knows of its failure is staging's.
"""

from collections.abc import Iterator
from itertools import chain

from tasks.storage.addresses import address
from tasks.storage.clock import TEMPORARY, storage_now
from tasks.storage.commits import HELD_BACK, manifest_path, numbers
from tasks.storage.removal import remove_folders
from tasks.storage.stores import Stored, store_at
from tasks.storage.threads import on_threads

_NS = 1_000_000_000


def sweep(root: str, older_than: float) -> tuple[str, ...]:
    """Remove abandoned attempts and temporary files.

    Args:
        root: OUTPUT/NAME as a path or URI; it need not exist.
        older_than: Seconds since anything was written there, by the storage's clock. An
            attempt without any file has no age and stays.

    Returns:
        What was removed or could not be, one sentence each.

    Raises:
        VerificationError: A manifest is damaged: no attempt was removed.
        UserError: The place may not be written to.
        TransientError: The storage failed.
    """
    attempts = {folder: store_at(root).below(folder) for folder in _unnamed(root)}
    temporary = list(_temporary(root))
    if not any(attempts.values()) and not temporary:
        return ()
    before = storage_now(root) - int(older_than * _NS)
    old = [
        folder
        for folder, files in attempts.items()
        if files and max(item.modified_ns for item in files) < before
    ]
    fates = remove_folders(root, dict.fromkeys(old, ())) if old else {}
    said = [
        f"{root}/{folder} stays: {fate.why}" if fate.why else f"removed {root}/{folder}"
        for folder, fate in fates.items()
    ]
    for item in temporary:
        if item.modified_ns < before and not item.path.startswith(tuple(old)):
            store_at(root).remove(item.path)
            said.append(f"removed {root}/{item.path}")
    return tuple(said)


def _unnamed(root: str) -> list[str]:
    """List the attempts that no manifest mentions, be it damaged, nor are held back."""
    store = store_at(root)
    folders = [f"data/{name}" for name in store.folders("data")]

    def named(number: int) -> list[str]:
        text = store.read(manifest_path(number)) or b""
        return [folder for folder in folders if f'"{folder}/'.encode() in text]

    known = set(chain.from_iterable(on_threads(named, numbers(root))))
    return [
        folder
        for folder in folders
        if folder not in known and store.size(f"{folder}/{HELD_BACK}") is None
    ]


def _temporary(root: str) -> Iterator[Stored]:
    """List temporary files; in a bucket there are but those of a clock's question."""
    store = store_at(root)
    listed = store.files("") if address(root) else store.below("")
    for item in listed:
        name = item.path.rpartition("/")[2]
        if name.startswith(".") and name.endswith(TEMPORARY):
            yield item
