"""Train and holdout have no row in common, as far as its key tells one from another.

Without a key nothing tells a row from its like; the other checks are in auditing.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from schemas.records import Check, FileEntry, Manifest
from tasks.algorithms.selection import Hashes, hash_keys
from tasks.recounting import SYNTHETIC, folder_of
from tasks.storage.workspace import open_part


def check_apart(root: str, manifest: Manifest) -> Check:
    """Look for rows of the holdout that were trained on, by their key.

    Args:
        root: OUTPUT/NAME as a path or URI.
        manifest: Of a version with a key; its files are whole.
    """
    real = [entry for entry in manifest.files if SYNTHETIC not in entry.path]
    parts = (
        [entry for entry in real if folder_of(entry) == folder]
        for folder in ("train", "holdout")
    )
    used, held = (np.unique(_keys(root, manifest, part)) for part in parts)
    both = np.intersect1d(used, held, assume_unique=True)
    key = ", ".join(manifest.config.key)
    note = f"{len(used):,} keys ({key}) in train, {len(held):,} in the holdout"
    return Check(
        name="holdout apart",
        success=not len(both),
        note=f"{note}, {len(both):,} in both",
    )


def _keys(root: str, manifest: Manifest, entries: Sequence[FileEntry]) -> Hashes:
    key = manifest.config.key

    def hashed() -> Iterator[Hashes]:
        for entry in entries:
            for batch in open_part(root, entry).iter_batches(columns=list(key)):
                yield hash_keys(batch, key, manifest.seed)

    return np.concatenate([np.empty(0, np.uint64), *hashed()])
