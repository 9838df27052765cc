"""Weights read back from the training files, and held against what classes count for.

Labels alone are counted again in recounting.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from schemas.manifest import Manifest
from schemas.written import Check, FileEntry
from tasks.algorithms.labels import encode
from tasks.algorithms.weighting import class_weights
from tasks.recounting import folder_of
from tasks.storage.threads import on_threads
from tasks.storage.workspace import open_part


def check_weights(
    root: str,
    files: Sequence[FileEntry],
    columns: tuple[str, str],
    weights: Mapping[str, float],
) -> Check:
    """Read the weight of every training row.

    Args:
        root: OUTPUT/NAME as a path or URI.
        files: Of the version.
        columns: Those of the labels and of the weights.
        weights: What a row of each class should count for.
    """
    train = [entry for entry in files if folder_of(entry) == "train"]
    totals = on_threads(lambda entry: _total(root, entry, columns, weights), train)
    wrong = [
        entry.path for entry, total in zip(train, totals, strict=True) if total is None
    ]
    rows = sum(entry.rows or 0 for entry in train)
    counts = sum(total or 0 for total in totals)
    return Check(
        name="weights",
        success=not wrong,
        note=f"{rows:,} training rows count for {counts:,.0f}, each for what its class "
        "should" + (f"; not those of {', '.join(wrong)}" if wrong else ""),
    )


def _total(
    root: str,
    entry: FileEntry,
    columns: tuple[str, str],
    weights: Mapping[str, float],
) -> float | None:
    """Add up the weights of a file; None if one is not that of its class."""
    labels, values = list(weights), np.array([*weights.values(), np.nan])
    total = 0.0
    for batch in open_part(root, entry).iter_batches(columns=list(columns)):
        expected = values[encode(batch.column(columns[0]), labels)]
        found = batch.column(columns[1]).to_numpy(zero_copy_only=False)
        if not np.array_equal(expected, found):
            return None
        total += float(found.sum())
    return total


def check_published_weights(root: str, manifest: Manifest) -> list[Check]:
    """Work the weights of a version out again from its counts, and read them back.

    Args:
        root: OUTPUT/NAME as a path or URI.
        manifest: Of a version whose files are whole.

    Returns:
        Nothing for a version without weights.
    """
    if manifest.weight_column is None:
        return []
    classes = [item for item in manifest.classes if item.train]
    weights = class_weights(
        {item.label: item.kept + item.dropped for item in classes},
        {item.label: item.train for item in classes},
        manifest.decision.strategy,
        manifest.config.strategy,
    )
    told = {item.label: item.weight for item in classes}
    columns = (manifest.target, manifest.weight_column)
    found = check_weights(root, manifest.files, columns, weights)
    if told == weights:
        return [found]
    return [
        found.model_copy(
            update={
                "success": False,
                "note": "the manifest tells other weights than follow from its counts",
            }
        )
    ]
