"""Verification: what was written is what was planned, read back from the files.

Nothing is mended here; a check that fails stops the run before anything is published.
That synthetic rows follow from their parents is checked in genealogy; how files are
counted again, in recounting.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import VerificationError
from schemas.plan import ResamplePlan
from schemas.survey import Survey
from schemas.written import Attempt, Check, FileEntry, ShardResult
from tasks.algorithms.columns import source_schema
from tasks.algorithms.weighting import train_schema
from tasks.apartness import check_split
from tasks.bounding import check_bounds
from tasks.genealogy import check_lineage, check_parents, check_sample
from tasks.plausibility import check_plausible
from tasks.recounting import (
    check_bytes,
    check_classes,
    check_rejected,
    folder_of,
)
from tasks.reweighing import check_weights
from tasks.stage import stage
from tasks.storage.workspace import open_part


@stage("verify")
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
    root = attempt.root
    # Each line trusts what the lines above it have checked.
    return (
        *_passed(check_bytes(root, files)),
        *_passed(
            _check_balance(survey, results), _check_schema(survey, plan, attempt, files)
        ),
        *_passed(
            *check_classes(plan.target, root, files, plan.classes),
            check_rejected(plan.target, root, files, survey.rejections),
            *_check_weights(plan, attempt, files),
            *check_bounds(root, files, survey.columns),
            *check_split(root, files, plan.split),
        ),
        *_passed(check_lineage(plan, attempt, files)),
        *_passed(check_parents(survey, plan, attempt, files)),
        *_passed(_check_made(survey, plan, attempt, files)),
    )


def _check_made(
    survey: Survey, plan: ResamplePlan, attempt: Attempt, files: Sequence[FileEntry]
) -> Check:
    if plan.sampler is None:
        return check_sample(survey, plan, attempt, files)
    return check_plausible(survey, plan, attempt, files)


def _passed(*checks: Check) -> tuple[Check, ...]:
    failed = [f"{check.name}: {check.note}" for check in checks if not check.success]
    if failed:
        raise VerificationError(
            "what was written is not what was planned, so nothing is published: "
            + "; ".join(failed)
            + "; run again, and report it if it stays"
        )
    return checks


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
    survey: Survey, plan: ResamplePlan, attempt: Attempt, files: Sequence[FileEntry]
) -> Check:
    holdout = source_schema(survey)
    train = train_schema(holdout, plan.weight_column)
    schemas = {"train": train, "holdout": holdout}
    data = [entry for entry in files if folder_of(entry) in schemas]
    wrong = [
        entry.path
        for entry in data
        if not _agrees(open_part(attempt.root, entry), schemas[folder_of(entry)], entry)
    ]
    weights = ", those of train weights as well," if plan.weight_column else ""
    return Check(
        name="schema",
        success=not wrong,
        note=f"{len(data)} files have the source's {len(holdout)} columns{weights} and "
        "their rows" + (f"; different: {', '.join(wrong)}" if wrong else ""),
    )


def _check_weights(
    plan: ResamplePlan, attempt: Attempt, files: Sequence[FileEntry]
) -> list[Check]:
    if plan.weight_column is None:
        return []
    weights = {item.label: item.weight for item in plan.classes}
    columns = (plan.target, plan.weight_column)
    return [check_weights(attempt.root, files, columns, weights)]


def _agrees(file: pq.ParquetFile, schema: pa.Schema, entry: FileEntry) -> bool:
    # Serialised as the survey's was: a map forgets what its entries are called by that.
    found = pa.ipc.read_schema(file.schema_arrow.serialize())
    same = found.equals(schema, check_metadata=True)
    return bool(same) and file.metadata.num_rows == entry.rows
