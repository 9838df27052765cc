"""Descent: synthetic rows and their lineage, held against what their parents give.

What they are made from is put together in rederiving.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from schemas.manifest import Manifest, ManifestClass
from schemas.written import FileEntry
from tasks.algorithms import smote
from tasks.algorithms.distances import Positions
from tasks.algorithms.likeness import differing
from tasks.algorithms.redraw import make
from tasks.recounting import SYNTHETIC, folder_of
from tasks.storage.workspace import open_part

Pair = tuple[FileEntry, FileEntry | None]
"""Synthetic rows, and their lineage if it is listed."""


@dataclass(frozen=True, eq=False)
class Descendants:
    """A class that has synthetic rows, and all that they follow from."""

    item: ManifestClass
    model: smote.Model
    ordinals: Positions = field(repr=False)
    """For each donor its place in the source as lineage tells it, or -1: filled in."""


def train_files(manifest: Manifest, *, synthetic: bool) -> list[FileEntry]:
    """List the training files of real or of synthetic rows, in order.

    Args:
        manifest: Of the version.
        synthetic: Which of the two.
    """
    listed = sorted(manifest.files, key=lambda entry: entry.path)
    train = [entry for entry in listed if folder_of(entry) == "train"]
    return [entry for entry in train if (SYNTHETIC in entry.path) == synthetic]


def made_files(manifest: Manifest) -> dict[int, list[Pair]]:
    """List the files of synthetic rows with those of their lineage, class by class."""
    lineages = {entry.path: entry for entry in manifest.files}
    found: dict[int, list[Pair]] = defaultdict(list)
    for entry in train_files(manifest, synthetic=True):
        code = entry.path.partition(SYNTHETIC)[2].partition("-")[0]
        told = lineages.get(entry.path.replace("/train/", "/lineage/"))
        if code.isdigit():
            found[int(code)].append((entry, told))
    return found


def differences(
    root: str, manifest: Manifest, one: Descendants, files: Sequence[Pair]
) -> Iterator[str]:
    """Name the first thing wrong in each file of a class.

    Args:
        root: OUTPUT/NAME as a path or URI.
        manifest: Of a version whose files are whole.
        one: The class.
        files: Of the class, in order.

    Yields:
        A file and what is wrong with it; nothing for a class that is well.
    """
    start = 0
    for entry, told in files:
        wrong = _first(root, entry, told, one, start) if told else "it has no lineage"
        if wrong:
            yield f"{entry.path}: {wrong}"
        start += entry.rows or 0
    known = one.ordinals[one.ordinals >= 0]
    if len(known) and (
        (np.diff(known) <= 0).any() or known[-1] >= manifest.source.rows
    ):
        yield f"lineage of class {one.item.label!r} is not in the source's order"


def _first(
    root: str, entry: FileEntry, told: FileEntry, one: Descendants, start: int
) -> str:
    lineage, at = open_part(root, told).read(), 0
    if lineage.num_rows != entry.rows:
        return f"{entry.rows:,} rows have {lineage.num_rows:,} lines of lineage"
    file = open_part(root, entry)
    for batch in file.iter_batches():
        made = pa.Table.from_batches([batch], file.schema_arrow)
        first = start + at
        again, drawn, _ = make(first, first + made.num_rows, one.model)
        for name in made.column_names:
            apart = np.flatnonzero(differing(made.column(name), again.column(name)))
            if len(apart):
                return f"row {at + apart[0]:,} is not what its parents give in {name!r}"
        lines = lineage.slice(at, made.num_rows)
        if wrong := _misled(lines, drawn, (entry, one, at)):
            return wrong
        at += made.num_rows
    return ""


def _misled(
    lines: pa.Table, drawn: smote.Drawn, place: tuple[FileEntry, Descendants, int]
) -> str:
    """Hold lineage against draws: each donor has one ordinal wherever it is named."""
    entry, one, at = place
    count, name = lines.num_rows, "/".join(entry.path.split("/")[-2:])
    expected = {
        "file": pa.chunked_array([pa.repeat(name, count)]),
        "row": pa.chunked_array([np.arange(at, at + count)]),
        "label": pa.chunked_array([pa.repeat(one.item.label, count)]),
        "lam": pa.chunked_array([drawn.lam]),
    }
    for column, values in expected.items():
        apart = np.flatnonzero(differing(lines.column(column), values))
        if len(apart):
            return f"lineage tells another {column} of row {at + apart[0]:,}"
    for column, positions in (
        ("parent", drawn.parents),
        ("neighbour", drawn.neighbours),
    ):
        told = lines.column(column).to_numpy()
        one.ordinals[positions] = np.where(
            one.ordinals[positions] < 0, told, one.ordinals[positions]
        )
        apart = np.flatnonzero((one.ordinals[positions] != told) | (told < 0))
        if len(apart):
            return f"lineage tells another {column} of row {at + apart[0]:,}"
    return ""
