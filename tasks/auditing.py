"""Auditing: a published version held against its manifest, from its files alone.

What a run verifies before it publishes, with source and plan at hand, is in
verification; how synthetic rows are made again, in rederiving.
"""

from collections.abc import Callable, Sequence

import pyarrow as pa

from schemas.errors import TransientError, UserError, VerificationError
from schemas.manifest import Manifest
from schemas.written import Check, FileEntry
from tasks.algorithms.weighting import train_schema
from tasks.apartness import check_apart, check_split
from tasks.bounding import check_published_bounds
from tasks.recounting import check_bytes, check_classes, check_rejected, folder_of
from tasks.rederiving import check_derived
from tasks.reweighing import check_published_weights
from tasks.storage.commits import (
    LATEST,
    data_folder,
    manifest_path,
    numbers,
    read_version,
    signpost,
)
from tasks.storage.sealing import is_as_written
from tasks.storage.stores import store_at
from tasks.storage.workspace import open_part

Stage = Callable[[str, Manifest], list[Check]]
_DATA = ("train", "holdout", "rejected", "lineage")
# What tampered files make readers raise; a store that fails raises TransientError.
_BROKEN = (pa.ArrowException, OSError, ValueError, LookupError, UserError)
_SHOWN = 5  # names of files


def audit(root: str, number: int) -> tuple[Check, ...]:
    """Check a version: manifest, files, counts, and every synthetic row.

    Args:
        root: OUTPUT/NAME as a path or URI.
        number: Of a version that is there.

    Returns:
        The checks in the order in which they were made. After one that failed, those
        that rest on it are not made, and the last one says so.

    Raises:
        UserError: The place may not be read.
        TransientError: The storage failed.
    """
    try:
        manifest = read_version(root, number)
    except VerificationError as error:
        found = [Check(name="manifest", success=False, note=str(error))]
        return (*found, _left_out())
    checks: list[Check] = []
    for stage in (_manifest, _signpost, _files, _schema, _counts, _rows):
        made = _tried(stage, root, manifest)
        checks += made
        rested_on = stage not in (_signpost, _rows)
        if rested_on and not all(check.success for check in made):
            return (*checks, _left_out())
    return tuple(checks)


def _left_out() -> Check:
    return Check(
        name="the rest",
        success=False,
        note="not checked, for it rests on what failed above",
    )


def _tried(stage: Stage, root: str, manifest: Manifest) -> list[Check]:
    """Make a stage's checks; what it cannot read at all has failed them."""
    name = stage.__name__.strip("_")
    try:
        return stage(root, manifest)
    except TransientError:
        raise
    except VerificationError as error:
        return [Check(name=name, success=False, note=str(error))]
    except ImportError as error:  # of what searches neighbours, when it is needed
        said = f"not re-derived: {error}; install what the run had"
        return [Check(name="re-derived", success=False, note=said)]
    except _BROKEN as error:
        said = f"cannot be read as what they should be: {type(error).__name__}: {error}"
        return [Check(name=name, success=False, note=said)]


def _manifest(root: str, manifest: Manifest) -> list[Check]:
    path = manifest_path(manifest.version)
    good = is_as_written(root, path)
    note = f"{path} has its seal, and is written as it was"
    return [
        Check(
            name="manifest",
            success=good,
            note=note if good else f"{path} was written to, if not in what it says",
        )
    ]


def _signpost(root: str, manifest: Manifest) -> list[Check]:
    """Where people look first; a run that is killed after its commit leaves it old."""
    if manifest.version != numbers(root)[-1]:
        return []
    points = store_at(root).read(LATEST) == signpost(manifest)
    said = "points" if points else "does not point"
    note = f"{said} to version {manifest.version}, which is published"
    more = "" if points else "; the next run sets it right"
    return [Check(name=LATEST, success=points, note=note + more)]


def _files(root: str, manifest: Manifest) -> list[Check]:
    listed = {entry.path for entry in manifest.files}
    there = [item.path for item in store_at(root).below(data_folder(manifest))]
    more = [path for path in there if path not in listed]
    seen = [path for path in more if not path.rpartition("/")[2].startswith(".")]
    outside = [
        path for path in listed if not path.startswith(f"{data_folder(manifest)}/")
    ]
    note = f"{len(there):,} files there, {len(listed):,} listed"
    return [
        check_bytes(root, manifest.files),
        Check(
            name="unlisted files",
            success=not seen and not outside,
            note=note + _named("; not listed", more) + _named("; elsewhere", outside),
        ),
    ]


def _named(what: str, paths: Sequence[str]) -> str:
    if not paths:
        return ""
    more = f" and {len(paths) - _SHOWN:,} more" if len(paths) > _SHOWN else ""
    return f"{what}: {', '.join(paths[:_SHOWN])}{more}"


def _part(manifest: Manifest, *folders: str) -> list[FileEntry]:
    return [entry for entry in manifest.files if folder_of(entry) in folders]


def _schema(root: str, manifest: Manifest) -> list[Check]:
    """Train and holdout open as one table; all rows are those that are listed.

    But for weights, which the holdout has none of.
    """
    entries = _part(manifest, *_DATA)
    wrong: list[str] = []
    schemas: list[pa.Schema] = []
    for entry in entries:
        file = open_part(root, entry)
        if folder_of(entry) == "train":
            schemas.append(file.schema_arrow)
        elif folder_of(entry) == "holdout":
            schemas.append(train_schema(file.schema_arrow, manifest.weight_column))
        if file.metadata.num_rows != entry.rows or schemas[:1] != schemas[-1:]:
            wrong.append(entry.path)
    note = (
        f"{len(entries)} files have their rows, those of train and holdout one schema"
    )
    if manifest.weight_column:
        note += f" but for {manifest.weight_column!r}"
    different = _named("; different", wrong)
    return [Check(name="schema", success=not wrong, note=note + different)]


def _counts(root: str, manifest: Manifest) -> list[Check]:
    files, target = manifest.files, manifest.target
    return [
        _check_balance(manifest),
        *check_classes(target, root, files, manifest.classes),
        check_rejected(target, root, files, manifest.rejections),
        *check_published_weights(root, manifest),
        *check_published_bounds(root, manifest),
    ]


def _check_balance(manifest: Manifest) -> Check:
    fates = {
        fate: sum(getattr(item, fate) for item in manifest.classes)
        for fate in ("holdout", "kept", "dropped", "rejected")
    }
    fates["rejected"] += sum(
        item.rows for item in manifest.rejections if item.label is None
    )
    said = " + ".join(f"{rows:,} {fate}" for fate, rows in fates.items())
    rows = manifest.source.rows
    return Check(
        name="no row lost",
        success=rows == sum(fates.values()),
        note=f"{rows:,} source rows = {said}",
    )


def _rows(root: str, manifest: Manifest) -> list[Check]:
    config, files = manifest.config, manifest.files
    apart = [check_apart(root, files, config.key)] if config.key else []
    parted = check_split(root, files, config.split)
    return [*apart, *parted, check_derived(root, manifest)]
