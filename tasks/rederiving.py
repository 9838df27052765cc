"""Rederiving: every synthetic row made again from the published files alone.

The source is not needed. The donors of a class are its real training rows in file
order, for none of them is repeated; their neighbours are searched and the draws are
made again by the same code and seed. What a run checks before it publishes is in
genealogy, and the other checks of a published version are in auditing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pyarrow as pa

from schemas.records import Check, FileEntry, Manifest, ManifestClass, Search
from tasks.algorithms import smote
from tasks.algorithms.columns import assign
from tasks.algorithms.distances import Positions
from tasks.algorithms.kinship import search
from tasks.algorithms.labels import encode
from tasks.algorithms.likeness import differing
from tasks.recounting import SYNTHETIC, folder_of
from tasks.storage.workspace import open_part

_DECIDING = ("numpy", "pyarrow", "scikit-learn", "faiss-cpu")
_NAME = "re-derived"


@dataclass(frozen=True, eq=False)
class _Class:
    """A class that has synthetic rows, and all that they follow from."""

    code: int
    item: ManifestClass
    model: smote.Model
    ordinals: Positions = field(repr=False)
    """For each donor its place in the source as lineage tells it, or -1: filled in."""


def check_derived(root: str, manifest: Manifest) -> Check:
    """Make every synthetic row again, and hold rows and lineage against that.

    Args:
        root: OUTPUT/NAME as a path or URI.
        manifest: Of a version whose files are whole.

    Returns:
        The check; its note begins with "not re-derived" where the search could not be
        repeated, which is no success.

    Raises:
        TransientError: The storage failed.
    """
    made = {code: item for code, item in enumerate(manifest.classes) if item.synthetic}
    donors = _donors(root, manifest, made)
    searches = {search.label: search for search in manifest.searches}
    wrong: list[str] = []
    for code, item in made.items():
        if said := _unfit(item, donors[code].num_rows, searches.get(item.label)):
            wrong.append(said)
            continue
        lot = smote.Lot(manifest.seed, code)
        model, other = _search(donors.pop(code), manifest, searches[item.label], lot)
        if other:
            return Check(name=_NAME, success=False, note=f"not re-derived: {other}")
        blank = np.full(model.donors.num_rows, -1, np.int64)
        wrong += _differences(root, manifest, _Class(code, item, model, blank))
    rows = sum(item.synthetic for item in made.values())
    note = (
        f"{rows:,} synthetic rows of {len(made)} classes made again from their parents"
    )
    if wrong:
        note = f"{'; '.join(wrong)}{_otherwise(manifest)}"
    return Check(name=_NAME, success=not wrong, note=note)


def _donors(
    root: str, manifest: Manifest, made: Mapping[int, ManifestClass]
) -> dict[int, pa.Table]:
    """Read the real training rows of classes in file order."""
    labels = [item.label for item in manifest.classes]
    found: dict[int, list[pa.Table]] = {code: [] for code in made}
    for entry in _train(manifest, synthetic=False) if made else ():
        file = open_part(root, entry)
        for batch in file.iter_batches():
            table = pa.Table.from_batches([batch], file.schema_arrow)
            codes = encode(table.column(manifest.target), labels)
            for code, tables in found.items():
                tables.append(table.filter(pa.array(codes == code)))
    return {code: pa.concat_tables(tables) for code, tables in found.items()}


def _train(manifest: Manifest, *, synthetic: bool) -> list[FileEntry]:
    listed = sorted(manifest.files, key=lambda entry: entry.path)
    train = [entry for entry in listed if folder_of(entry) == "train"]
    return [entry for entry in train if (SYNTHETIC in entry.path) == synthetic]


def _unfit(item: ManifestClass, donors: int, search: Search | None) -> str:
    """Say why the donors of a class cannot be told from its rows; else nothing."""
    if item.duplicated:
        return f"class {item.label!r} has repeated rows beside synthetic ones"
    if search is None or search.donors != donors:
        listed = search.donors if search else 0
        return (
            f"class {item.label!r} has {donors:,} real training rows, of which "
            f"{listed:,} were searched"
        )
    return ""


def _search(
    donors: pa.Table, manifest: Manifest, told: Search, lot: smote.Lot
) -> tuple[smote.Model, str]:
    """Search as the run did, and say what came out otherwise."""
    columns = assign(donors.schema, manifest.config)
    standardize = manifest.config.strategy.standardize
    searched = search(donors, columns, k=told.k, standardize=standardize)
    order = smote.shuffle(lot, donors.num_rows)
    whole = donors.combine_chunks()
    model = smote.Model(whole, columns, searched.found, lot, order)
    if (searched.method, searched.recall) == (told.method, told.recall):
        return model, ""
    return model, (
        f"the neighbours of class {told.label!r} were found by {told.method} at a "
        f"recall of {told.recall:.4f}, here by {searched.method} at "
        f"{searched.recall:.4f}{_otherwise(manifest)}"
    )


def _otherwise(manifest: Manifest) -> str:
    """Name packages that may be why, as their versions are others here."""
    then = manifest.environment.packages
    others = [
        f"{name} {then.get(name)} then, {now} now"
        for name in _DECIDING
        if (now := _installed(name)) != then.get(name)
    ]
    return f" ({', '.join(others)})" if others else ""


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _differences(root: str, manifest: Manifest, one: _Class) -> Iterator[str]:
    """Name the first thing wrong in each file of a class."""
    stem, start = f"{SYNTHETIC}{one.code:05d}-", 0
    lineages = {entry.path: entry for entry in manifest.files}
    for entry in _train(manifest, synthetic=True):
        if stem in entry.path:
            told = lineages.get(entry.path.replace("/train/", "/lineage/"))
            wrong = (
                _first(root, entry, told, one, start) if told else "it has no lineage"
            )
            if wrong:
                yield f"{entry.path}: {wrong}"
            start += entry.rows or 0
    known = one.ordinals[one.ordinals >= 0]
    if len(known) and (
        (np.diff(known) <= 0).any() or known[-1] >= manifest.source.rows
    ):
        yield f"lineage of class {one.item.label!r} is not in the source's order"


def _first(
    root: str, entry: FileEntry, told: FileEntry, one: _Class, start: int
) -> str:
    lineage, at = open_part(root, told).read(), 0
    if lineage.num_rows != entry.rows:
        return f"{entry.rows:,} rows have {lineage.num_rows:,} lines of lineage"
    file = open_part(root, entry)
    for batch in file.iter_batches():
        made = pa.Table.from_batches([batch], file.schema_arrow)
        first = start + at
        drawn = smote.draw(first, first + made.num_rows, one.model)
        again = smote.derive(one.model, *drawn)
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
    lines: pa.Table, drawn: smote.Drawn, place: tuple[FileEntry, _Class, int]
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
