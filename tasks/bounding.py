"""Published rows held against the feature schema, read back from the files.

How a row is held against it is in algorithms.bounds.
"""

from collections.abc import Sequence

import pyarrow as pa

from schemas.manifest import Manifest
from schemas.survey import Column
from schemas.written import Check, FileEntry
from tasks.algorithms.bounds import bounded, bounded_in_made, judge
from tasks.algorithms.columns import assign
from tasks.recounting import SYNTHETIC, folder_of
from tasks.storage.threads import on_threads
from tasks.storage.workspace import open_part


def check_bounds(
    root: str, files: Sequence[FileEntry], columns: Sequence[Column]
) -> list[Check]:
    """Look for rows of train and holdout that fail.

    Args:
        root: OUTPUT/NAME as a path or URI.
        files: Of the version.
        columns: Such as the schema says something of, and others.

    Returns:
        Nothing where there is no schema.
    """
    if not bounded(columns):
        return []
    entries = [entry for entry in files if folder_of(entry) in {"train", "holdout"}]
    failed = on_threads(lambda entry: _failed(root, entry, columns), entries)
    rows = sum(entry.rows or 0 for entry in entries)
    wrong = [entry.path for entry, n in zip(entries, failed, strict=True) if n]
    return [
        Check(
            name="feature schema",
            success=not wrong,
            note=f"{rows - sum(failed):,} of {rows:,} rows pass"
            + (f"; others are in {', '.join(wrong)}" if wrong else ""),
        )
    ]


def check_published_bounds(root: str, manifest: Manifest) -> list[Check]:
    """Hold the rows of a version against the schema that its manifest tells.

    Args:
        root: OUTPUT/NAME as a path or URI.
        manifest: Of a version whose files are whole.
    """
    data = [entry for entry in manifest.files if folder_of(entry) == "holdout"]
    if not manifest.features or not data:
        return []
    schema = open_part(root, data[0]).schema_arrow
    columns = assign(schema, manifest.config, manifest.features)
    return check_bounds(root, manifest.files, columns)


def _failed(root: str, entry: FileEntry, columns: Sequence[Column]) -> int:
    """Count rows that fail; synthetic ones have neither keys nor ignored values."""
    is_made = SYNTHETIC in entry.path
    looked_at = bounded_in_made(columns) if is_made else bounded(columns)
    if not looked_at:
        return 0
    names = [column.name for column in looked_at]
    batches = open_part(root, entry).iter_batches(columns=names)
    return sum(
        int(judge(pa.Table.from_batches([batch]), looked_at).unfit.sum())
        for batch in batches
    )
