"""Repeating: what a sampler made, made again from the published files alone.

That can be done where the version holds all rows the sampler was given: one that drops
rows, or repeats them, is not told from them what it saw. How SMOTE's own rows are made
again is in rederiving.
"""

from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pyarrow as pa

from schemas.manifest import Manifest
from schemas.plan import SamplerUse
from schemas.written import Check
from tasks.algorithms.columns import assign
from tasks.algorithms.likeness import differing
from tasks.descent import train_files
from tasks.recounting import folder_of
from tasks.storage.workspace import open_part

NAME = "re-derived"
_DECIDING = ("numpy", "pyarrow", "scikit-learn", "faiss-cpu", "imbalanced-learn")


def check_repeated(root: str, manifest: Manifest) -> Check:
    """Run the sampler of a version again, and hold its rows against that.

    Args:
        root: OUTPUT/NAME as a path or URI.
        manifest: Of a version of a sampler, whose files are whole and counted.

    Returns:
        The check. Where the sampler cannot be run again its note says why, and what is
        known all the same.

    Raises:
        UserError: The sampler cannot work on these rows any more.
        TransientError: The storage failed.
    """
    use, made = manifest.sampler, sum(item.synthetic for item in manifest.classes)
    if use is None:
        raise ValueError("the version is of no sampler")
    if not made:
        note = f"{use.name} made no row: all of train are rows of the source"
        return Check(name=NAME, success=True, note=note)
    untold = _untold(root, manifest)
    if any(item.dropped or item.duplicated for item in manifest.classes):
        note = (
            f"{made:,} rows are not made again, for {use.name} saw rows that a version "
            "does not hold; their counts, schema and lines of lineage are right"
        )
        return Check(name=NAME, success=not untold, note="; ".join([*untold, note]))
    wrong = [*untold, *_differences(root, manifest, use)]
    note = f"{made:,} rows made again by {use.name}, all in one, parents not being told"
    if wrong:
        note = f"{'; '.join(wrong)}{otherwise(manifest)}"
    return Check(name=NAME, success=not wrong, note=note)


def _untold(root: str, manifest: Manifest) -> list[str]:
    """Name files of lineage that have another number of lines than there are rows."""
    rows = {entry.path: entry.rows for entry in train_files(manifest, synthetic=True)}
    lines = {
        entry.path.replace("/lineage/", "/train/"): open_part(
            root, entry
        ).metadata.num_rows
        for entry in manifest.files
        if folder_of(entry) == "lineage"
    }
    return [
        f"{path}: not each row has a line of lineage"
        for path in rows
        if rows[path] != lines.get(path)
    ]


def _differences(root: str, manifest: Manifest, use: SamplerUse) -> list[str]:
    from tasks.algorithms.resampled import Task, resample  # noqa: PLC0415 - a second

    real = _read(root, manifest, synthetic=False)
    every = assign(real.schema, manifest.config)
    columns = tuple(one for one in every if one.role not in {"key", "ignore"})
    labels = [item.label for item in manifest.classes if item.source > item.rejected]
    seen = [column.name for column in columns]
    task = Task(
        use=use,
        target=manifest.target,
        labels=tuple(labels),
        columns=columns,
        seed=manifest.seed,
        standardize=manifest.config.strategy.standardize,
    )
    again = resample(real.select(seen), task).made
    found = _read(root, manifest, synthetic=True)
    if again.num_rows != found.num_rows:
        return [f"{found.num_rows:,} rows are there, {again.num_rows:,} are made again"]
    return [
        f"row {apart[0]:,} of what was made is not what {use.name} gives in {name!r}"
        for name in seen
        if len(
            apart := np.flatnonzero(differing(found.column(name), again.column(name)))
        )
    ][:1]


def _read(root: str, manifest: Manifest, *, synthetic: bool) -> pa.Table:
    files = train_files(manifest, synthetic=synthetic)
    return pa.concat_tables([open_part(root, entry).read() for entry in files])


def otherwise(manifest: Manifest) -> str:
    """Name packages that may be why, as their versions are others here.

    Args:
        manifest: Of the version.

    Returns:
        In parentheses; nothing if all are the same.
    """
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
