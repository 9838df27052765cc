"""Synthesis: donors → synthetic rows with their genealogy, mapped over parts.

How a row is made is in algorithms.smote; its neighbours were found by searching.
"""

import numpy as np
import pyarrow as pa

from schemas.records import (
    Attempt,
    FileEntry,
    ResamplePlan,
    Survey,
    SyntheticPart,
)
from tasks.algorithms import smote
from tasks.algorithms.captions import shorten
from tasks.algorithms.columns import source_schema
from tasks.algorithms.selection import Hashes, below, splitmix64
from tasks.algorithms.sparing import descends, mark
from tasks.searching import prepared, synthesised
from tasks.stage import stage
from tasks.storage.commits import SCRATCH
from tasks.storage.outputs import Outputs
from tasks.storage.parquet import rows_per_batch
from tasks.storage.shards import part_rows

LINEAGE = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("parent", pa.int64(), nullable=False),
        pa.field("neighbour", pa.int64(), nullable=False),
        pa.field("lam", pa.float64(), nullable=False),
    ]
)


def parts(plan: ResamplePlan, survey: Survey) -> tuple[SyntheticPart, ...]:
    """Cut the synthetic rows of all classes into files, which any worker can make."""
    size = part_rows(source_schema(survey))
    return tuple(
        SyntheticPart(
            code=code,
            number=number,
            start=start,
            stop=min(start + size, plan.classes[code].synthetic),
        )
        for code in synthesised(plan)
        for number, start in enumerate(range(0, plan.classes[code].synthetic, size))
    )


def _run_name() -> str:
    from prefect import runtime  # noqa: PLC0415 - Prefect alone calls this

    parameters = runtime.task_run.parameters
    part = parameters["part"]
    label = parameters["plan"].classes[part.code].label
    return f"synthesise {shorten(label, 40)} {part.start}-{part.stop}"


@stage("synthesise", run_name=_run_name)
def synthesise_part(
    part: SyntheticPart, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> tuple[FileEntry, ...]:
    """Make synthetic rows of one class, and write down their parents.

    Args:
        part: Which rows, of which class.
        survey: Columns and schema.
        plan: Seed and labels.
        attempt: Holds what was found, gets the files.

    Returns:
        The files of rows and of lineage.
    """
    model, ordinals = prepared(part.code, survey, plan, attempt)
    label = plan.classes[part.code].label
    size = rows_per_batch(source_schema(survey))
    with Outputs(attempt, f"synthetic-{part.code:05d}-{part.number:05d}") as outputs:
        for first in range(part.start, part.stop, size):
            last = min(first + size, part.stop)
            drawn = smote.draw(first, last, model)
            table = smote.derive(model, *drawn)
            outputs.write("train", table)
            place = (outputs.name, first - part.start, label)
            outputs.write("lineage", _lineage(place, drawn, ordinals))
            if plan.samples.spared:
                table = mark(table, descends(model.donors, ordinals, drawn, plan))
            _sample(outputs, table, (part.code, first), plan)
    return outputs.published()


def _lineage(
    place: tuple[str, int, str], drawn: smote.Drawn, ordinals: pa.Array
) -> pa.Table:
    name, first, label = place
    parents, neighbours, lam = drawn
    count = len(lam)
    return pa.table(
        [
            pa.repeat(f"train/{name}.parquet", count),
            pa.array(np.arange(first, first + count)),
            pa.repeat(label, count),
            ordinals.take(pa.array(parents)),
            ordinals.take(pa.array(neighbours)),
            pa.array(lam),
        ],
        schema=LINEAGE,
    )


def _sample(
    outputs: Outputs, table: pa.Table, place: tuple[int, int], plan: ResamplePlan
) -> None:
    """Let synthetic rows into the evaluation's sample at the rate of real ones."""
    code, first = place
    counters = np.arange(first, first + table.num_rows, dtype=np.uint64)
    words: Hashes = splitmix64(splitmix64(counters) ^ np.uint64(code))
    chosen = below(splitmix64(words ^ np.uint64(plan.seed)), plan.samples.balanced)
    outputs.write(f"{SCRATCH}/balanced", table.filter(pa.array(chosen)))
