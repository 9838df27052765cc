"""Files read back: hashed and counted again, and held against what they should hold.

What they should hold is told by verification before a version is published, and by
auditing afterwards.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from schemas.manifest import ManifestClass
from schemas.plan import ClassPlan
from schemas.survey import Rejection
from schemas.written import Check, FileEntry
from tasks.algorithms.counts import ClassCounts, count
from tasks.storage.threads import on_threads
from tasks.storage.workspace import describe, open_part

Classes = Sequence[ClassPlan] | Sequence[ManifestClass]
SYNTHETIC = "/train/synthetic-"


def folder_of(entry: FileEntry) -> str:
    """Name the part of a version that a file belongs to: train, holdout, lineage."""
    return entry.path.split("/")[-2]


def check_bytes(root: str, files: Sequence[FileEntry]) -> Check:
    """Hash files again.

    Args:
        root: OUTPUT/NAME as a path or URI.
        files: As they are listed.

    Raises:
        VerificationError: One is gone.
        UserError: One may not be read.
        TransientError: The storage failed.
    """
    found = on_threads(lambda entry: describe(root, entry), files)
    wrong = [
        entry.path for entry, now in zip(files, found, strict=True) if now != entry
    ]
    note = f"{len(files)} files, {sum(e.bytes for e in files):,} bytes re-hashed"
    return Check(
        name="bytes",
        success=not wrong,
        note=note + (f"; different: {', '.join(wrong)}" if wrong else ""),
    )


def recount(target: str, root: str, entries: Sequence[FileEntry]) -> ClassCounts:
    """Count the labels in Parquet files.

    Args:
        target: The column that holds them.
        root: OUTPUT/NAME as a path or URI.
        entries: The files.
    """

    def one(entry: FileEntry) -> ClassCounts:
        batches = open_part(root, entry).iter_batches(columns=[target])
        return sum((count(batch.column(0)) for batch in batches), ClassCounts())

    return sum(on_threads(one, entries), ClassCounts())


def compare(name: str, rows: Mapping[str, int], found: ClassCounts) -> Check:
    """Hold counted labels against planned ones.

    Args:
        name: Of the check.
        rows: Planned rows of each label.
        found: What was counted.
    """
    planned = {label: number for label, number in rows.items() if number}
    wrong = [
        f"{label!r} has {found.rows[label]:,}, planned {planned.get(label, 0):,}"
        for label in sorted({*planned, *found.rows})
        if found.rows[label] != planned.get(label, 0)
    ]
    return Check(
        name=name,
        success=not wrong and not found.missing,
        note=f"{sum(planned.values()):,} rows recounted in {len(planned)} classes"
        + (f"; {', '.join(wrong)}" if wrong else ""),
    )


def check_classes(
    target: str, root: str, files: Sequence[FileEntry], classes: Classes
) -> list[Check]:
    """Recount the labels of holdout and train, real and synthetic rows apart.

    Args:
        target: The column that holds them.
        root: OUTPUT/NAME as a path or URI.
        files: Of the version.
        classes: How many rows of each should be where.
    """
    train = [entry for entry in files if folder_of(entry) == "train"]
    holdout = [entry for entry in files if folder_of(entry) == "holdout"]
    made = [entry for entry in train if SYNTHETIC in entry.path]
    real = [entry for entry in train if SYNTHETIC not in entry.path]
    expected = {
        "holdout": (holdout, {item.label: item.holdout for item in classes}),
        "real training rows": (
            real,
            {item.label: item.kept + item.duplicated for item in classes},
        ),
        "synthetic rows": (made, {item.label: item.synthetic for item in classes}),
    }
    return [
        compare(name, rows, recount(target, root, entries))
        for name, (entries, rows) in expected.items()
    ]


def check_rejected(
    target: str,
    root: str,
    files: Sequence[FileEntry],
    rejections: Sequence[Rejection],
) -> Check:
    """Recount the labels of the rows set aside, which are in no class.

    Args:
        target: The column that holds them.
        root: OUTPUT/NAME as a path or URI.
        files: Of the version.
        rejections: What broke the contract.
    """
    named: Counter[str] = Counter()
    for item in rejections:
        if item.label is not None:
            named[item.label] += item.rows
    planned = sum(item.rows for item in rejections)
    entries = [entry for entry in files if folder_of(entry) == "rejected"]
    found = recount(target, root, entries)
    return Check(
        name="rejected rows",
        success=found.rows == named and found.total == planned,
        note=f"{found.total:,} rows recounted, {planned:,} break the contract",
    )
