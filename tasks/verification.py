"""Verification: what was written is what was planned, read back from the files.

Nothing is mended here; a check that fails stops the run before anything is published.
That synthetic rows follow from their parents is checked in genealogy.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from schemas.errors import VerificationError
from schemas.records import (
    Attempt,
    Check,
    ClassPlan,
    FileEntry,
    ResamplePlan,
    ShardResult,
    Survey,
)
from tasks.algorithms.columns import source_schema
from tasks.algorithms.counts import ClassCounts, count
from tasks.genealogy import check_lineage, check_parents, check_sample
from tasks.storage.threads import on_threads
from tasks.storage.workspace import describe, open_part

_SYNTHETIC = "/train/synthetic-"


@task(name="verify", cache_policy=NO_CACHE)
def verify(
    survey: Survey,
    plan: ResamplePlan,
    attempt: Attempt,
    results: Sequence[ShardResult],
    files: Sequence[FileEntry],
) -> tuple[Check, ...]:
    """Read an attempt back and hold it against its plan.

    Args:
        survey: Rows and schema of the source.
        plan: Rows of each class.
        attempt: Where the files lie, scratch included.
        results: What resampling counted.
        files: All files to be published.

    Returns:
        The checks, all successful.

    Raises:
        VerificationError: A check failed; the message says which, with numbers.
    """
    # Each line trusts what the lines above it have checked.
    return (
        *_passed(_check_bytes(attempt, files)),
        *_passed(
            _check_balance(survey, results), _check_schema(survey, attempt, files)
        ),
        *_passed(
            *_check_classes(plan, attempt, files),
            _check_rejected(survey, plan.target, attempt, files),
        ),
        *_passed(check_lineage(plan, attempt, files)),
        *_passed(check_parents(survey, plan, attempt, files)),
        *_passed(check_sample(survey, plan, attempt, files)),
    )


def _passed(*checks: Check) -> tuple[Check, ...]:
    failed = [f"{check.name}: {check.note}" for check in checks if not check.success]
    if failed:
        raise VerificationError(
            "what was written is not what was planned, so nothing is published: "
            + "; ".join(failed)
            + "; run again, and report it if it stays"
        )
    return checks


def _check_bytes(attempt: Attempt, files: Sequence[FileEntry]) -> Check:
    found = on_threads(lambda entry: describe(attempt.root, entry), files)
    wrong = [
        entry.path for entry, now in zip(files, found, strict=True) if now != entry
    ]
    note = f"{len(files)} files, {sum(e.bytes for e in files):,} bytes re-hashed"
    return Check(
        name="bytes",
        success=not wrong,
        note=note + (f"; different: {', '.join(wrong)}" if wrong else ""),
    )


def _check_balance(survey: Survey, results: Sequence[ShardResult]) -> Check:
    parts = {
        fate: sum(getattr(result, fate) for result in results)
        for fate in ("holdout", "kept", "dropped", "rejected")
    }
    said = " + ".join(f"{rows:,} {fate}" for fate, rows in parts.items())
    return Check(
        name="no row lost",
        success=survey.rows == sum(parts.values()),
        note=f"{survey.rows:,} source rows = {said}",
    )


def _check_schema(
    survey: Survey, attempt: Attempt, files: Sequence[FileEntry]
) -> Check:
    schema = source_schema(survey)
    data = [entry for entry in files if _folder(entry) in {"train", "holdout"}]
    wrong = [
        entry.path
        for entry in data
        if not _agrees(open_part(attempt.root, entry), schema, entry)
    ]
    return Check(
        name="schema",
        success=not wrong,
        note=f"{len(data)} files have the source's {len(schema)} columns and their rows"
        + (f"; different: {', '.join(wrong)}" if wrong else ""),
    )


def _agrees(file: pq.ParquetFile, schema: pa.Schema, entry: FileEntry) -> bool:
    same = file.schema_arrow.equals(schema, check_metadata=True)
    return bool(same) and file.metadata.num_rows == entry.rows


def _folder(entry: FileEntry) -> str:
    return entry.path.split("/")[-2]


def _check_classes(
    plan: ResamplePlan, attempt: Attempt, files: Sequence[FileEntry]
) -> list[Check]:
    """Recount the labels of what was written, real and synthetic rows apart."""
    holdout = [entry for entry in files if _folder(entry) == "holdout"]
    train = [entry for entry in files if _folder(entry) == "train"]
    made = [entry for entry in train if _SYNTHETIC in entry.path]
    real = [entry for entry in train if _SYNTHETIC not in entry.path]
    expected = {
        "holdout": (holdout, [item.holdout for item in plan.classes]),
        "real training rows": (real, [i.kept + i.duplicated for i in plan.classes]),
        "synthetic rows": (made, [item.synthetic for item in plan.classes]),
    }
    return [
        _compare(name, plan.classes, rows, _recount(plan.target, attempt, entries))
        for name, (entries, rows) in expected.items()
    ]


def _check_rejected(
    survey: Survey, target: str, attempt: Attempt, files: Sequence[FileEntry]
) -> Check:
    """Recount the labels of the rows set aside, which are in no class."""
    named = {r.label: r.rows for r in survey.rejections if r.label is not None}
    planned = sum(item.rows for item in survey.rejections)
    entries = [entry for entry in files if _folder(entry) == "rejected"]
    found = _recount(target, attempt, entries)
    return Check(
        name="rejected rows",
        success=found.rows == named and found.total == planned,
        note=f"{found.total:,} rows recounted, {planned:,} break the contract",
    )


def _recount(
    target: str, attempt: Attempt, entries: Sequence[FileEntry]
) -> ClassCounts:
    def recount(entry: FileEntry) -> ClassCounts:
        batches = open_part(attempt.root, entry).iter_batches(columns=[target])
        return sum((count(batch.column(0)) for batch in batches), ClassCounts())

    return sum(on_threads(recount, entries), ClassCounts())


def _compare(
    name: str, classes: Sequence[ClassPlan], rows: Sequence[int], found: ClassCounts
) -> Check:
    planned = {
        item.label: number for item, number in zip(classes, rows, strict=True) if number
    }
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
