"""Synthesis: donors → synthetic rows with their genealogy, mapped over classes.

How a row is made is in algorithms.smote; the donors were gathered by resampling.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from prefect import runtime, task
from prefect.cache_policies import NO_CACHE

from schemas.records import Attempt, FileEntry, ResamplePlan, Survey
from tasks.algorithms import smote
from tasks.algorithms.captions import shorten
from tasks.algorithms.columns import source_schema
from tasks.algorithms.selection import Hashes, below, splitmix64
from tasks.storage.commits import SCRATCH
from tasks.storage.outputs import Outputs, read_folder
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


@dataclass(frozen=True)
class _Class:
    """A class to synthesise, with what its rows are made from."""

    code: int
    label: str
    ordinals: pa.Array
    model: smote.Model


def synthesised(plan: ResamplePlan) -> tuple[int, ...]:
    """List the codes of the classes that get synthetic rows."""
    return tuple(code for code, item in enumerate(plan.classes) if item.synthetic)


def _run_name() -> str:
    parameters = runtime.task_run.parameters
    item = parameters["plan"].classes[parameters["code"]]
    return f"synthesise {shorten(item.label, 40)}"


@task(name="synthesise", task_run_name=_run_name, cache_policy=NO_CACHE)
def synthesise_class(
    code: int, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> tuple[FileEntry, ...]:
    """Make the synthetic rows of one class, and write down their parents.

    Args:
        code: Place of the class in the plan.
        survey: Columns and schema.
        plan: How many rows, from how many neighbours.
        attempt: Holds the donors, gets the files.

    Returns:
        The files of rows and of lineage.
    """
    item = plan.classes[code]
    made = _prepare(code, survey, plan, attempt)
    schema = source_schema(survey)
    files: list[FileEntry] = []
    size = part_rows(schema)
    for number, start in enumerate(range(0, item.synthetic, size)):
        with Outputs(attempt, f"synthetic-{code:05d}-{number:05d}") as outputs:
            stop = min(start + size, item.synthetic)
            for first in range(start, stop, rows_per_batch(schema)):
                last = min(first + rows_per_batch(schema), stop)
                drawn = smote.draw(plan.seed, code, first, last, made.model)
                table = smote.derive(made.model, *drawn)
                outputs.write("train", table)
                outputs.write(
                    "lineage", _lineage(outputs.name, first - start, made, drawn)
                )
                _sample(outputs, table, (code, first), plan)
        files += outputs.published()
    return tuple(files)


def donors(attempt: Attempt, code: int) -> tuple[pa.Table, pa.Array]:
    """Read the training rows of a class, and their ordinals in the source."""
    table = read_folder(attempt, f"{SCRATCH}/donors-{code:05d}")
    last = table.num_columns - 1
    ordinals = table.column(last).combine_chunks()
    return table.remove_column(last), ordinals


def _prepare(code: int, survey: Survey, plan: ResamplePlan, attempt: Attempt) -> _Class:
    item = plan.classes[code]
    rows, ordinals = donors(attempt, code)
    model = smote.prepare(
        rows, survey.columns, k=item.k_neighbors, standardize=plan.standardize
    )
    return _Class(code, item.label, ordinals, model)


def _lineage(name: str, first: int, made: _Class, drawn: smote.Drawn) -> pa.Table:
    parents, neighbours, lam = drawn
    count = len(lam)
    return pa.table(
        [
            pa.repeat(f"train/{name}.parquet", count),
            pa.array(np.arange(first, first + count)),
            pa.repeat(made.label, count),
            made.ordinals.take(pa.array(parents)),
            made.ordinals.take(pa.array(neighbours)),
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
