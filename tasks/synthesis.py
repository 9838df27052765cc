"""Synthesis: donors → synthetic rows with their genealogy, mapped over parts.

How a row is made is in algorithms.smote; its neighbours were found by searching.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.errors import UserError
from schemas.plan import ResamplePlan
from schemas.survey import Survey
from schemas.written import Attempt, SyntheticPart, SyntheticResult
from tasks.algorithms import redraw
from tasks.algorithms.captions import shorten
from tasks.algorithms.columns import source_schema
from tasks.algorithms.selection import Hashes, below, splitmix64
from tasks.algorithms.sparing import descends, mark
from tasks.samplers import sampler_rows
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

UNTOLD = pa.schema(
    [*list(LINEAGE)[:3], *(f.with_nullable(True) for f in list(LINEAGE)[3:])]
)
"""Lineage of rows whose sampler does not tell their parents, or one of them alone."""


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
) -> SyntheticResult:
    """Make synthetic rows of one class, and write down their parents.

    Args:
        part: Which rows, of which class.
        survey: Columns and schema.
        plan: Seed and labels.
        attempt: Holds what was found, gets the files.

    Returns:
        The files of rows and of lineage, and how many rows were drawn again.

    Raises:
        UserError: A row fails the feature schema however often it is drawn.
    """
    make = _drawn if plan.sampler is None else _sampled
    label = plan.classes[part.code].label
    redrawn, first = 0, part.start
    with Outputs(attempt, f"synthetic-{part.code:05d}-{part.number:05d}") as outputs:
        for one in make(part, survey, plan, attempt):
            outputs.write("train", one.table)
            place = (outputs.name, first - part.start, label)
            outputs.write("lineage", _lineage(place, one))
            _sample(outputs, one.marked, (part.code, first), plan)
            first += one.table.num_rows
            redrawn += one.redrawn
    return SyntheticResult(
        label=label,
        files=outputs.published(),
        rows=part.stop - part.start,
        redrawn=redrawn,
    )


def redrawn_rows(made: Sequence[SyntheticResult]) -> dict[str, int]:
    """Count the rows of each class that were drawn again.

    Args:
        made: What all tasks made.

    Returns:
        Classes of which there are any.

    Raises:
        UserError: They are too many of a class.
    """
    rows, redrawn = Counter[str](), Counter[str]()
    for one in made:
        rows[one.label] += one.rows
        redrawn[one.label] += one.redrawn
    for label, failed in redrawn.items():
        if failed > redraw.MOST * rows[label]:
            raise UserError(
                f"{failed:,} of {rows[label]:,} synthetic rows of class {label!r} "
                f"failed the feature schema, more than {redraw.MOST:.0%}: they would "
                "be chosen more than made; if its numbers name levels make those "
                "columns categorical, else loosen the schema, or use random_over"
            )
    return {label: failed for label, failed in redrawn.items() if failed}


class _Made(NamedTuple):
    table: pa.Table
    marked: pa.Table
    """The same; where rows are spared, with what descends from one marked."""
    genealogy: tuple[pa.Array, pa.Array, pa.Array]
    """Parents and neighbours by their ordinals, and lam; null where not known."""
    redrawn: int = 0


def _drawn(
    part: SyntheticPart, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> Iterator[_Made]:
    model, ordinals = prepared(part.code, survey, plan, attempt)
    for first, last in _batches(part, survey):
        table, drawn, redrawn = redraw.make(first, last, model)
        marked = table
        if plan.samples.spared:
            marked = mark(table, descends(model.donors, ordinals, drawn, plan))
        parents, neighbours = (
            ordinals.take(pa.array(places))
            for places in (drawn.parents, drawn.neighbours)
        )
        genealogy = parents, neighbours, pa.array(drawn.lam)
        yield _Made(table, marked, genealogy, redrawn)


def _sampled(
    part: SyntheticPart, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> Iterator[_Made]:
    """Give out what a sampler made; it names one parent of a row, or none."""
    del plan
    rows, parents = sampler_rows(attempt, part.code)
    for first, last in _batches(part, survey):
        table = rows.slice(first, last - first)
        unknown = [pa.nulls(last - first, kind) for kind in (pa.int64(), pa.float64())]
        one = parents.slice(first, last - first)
        yield _Made(table, table, (one, *unknown))


def _batches(part: SyntheticPart, survey: Survey) -> Iterator[tuple[int, int]]:
    size = rows_per_batch(source_schema(survey))
    for first in range(part.start, part.stop, size):
        yield first, min(first + size, part.stop)


def _lineage(place: tuple[str, int, str], made: _Made) -> pa.Table:
    name, first, label = place
    count = made.table.num_rows
    columns = [
        pa.repeat(f"train/{name}.parquet", count),
        pa.array(np.arange(first, first + count)),
        pa.repeat(label, count),
        *made.genealogy,
    ]
    known = not any(column.null_count for column in made.genealogy)
    return pa.table(columns, schema=LINEAGE if known else UNTOLD)


def _sample(
    outputs: Outputs, table: pa.Table, place: tuple[int, int], plan: ResamplePlan
) -> None:
    """Let synthetic rows into the evaluation's sample at the rate of real ones."""
    code, first = place
    counters = np.arange(first, first + table.num_rows, dtype=np.uint64)
    words: Hashes = splitmix64(splitmix64(counters) ^ np.uint64(code))
    chosen = below(splitmix64(words ^ np.uint64(plan.seed)), plan.samples.balanced)
    outputs.write(f"{SCRATCH}/balanced", table.filter(pa.array(chosen)))
