"""Searching: the donors of a class → their neighbours, kept aside for synthesis.

How neighbours are searched is in algorithms; the donors were gathered by resampling.
"""

import math
import os

import numpy as np
import pyarrow as pa
from prefect import runtime, task
from prefect.cache_policies import NO_CACHE

from schemas.records import Attempt, ResamplePlan, Search, Survey
from tasks.algorithms import smote
from tasks.algorithms.captions import shorten
from tasks.storage.commits import SCRATCH
from tasks.storage.outputs import Outputs, read_folder

_VOTE = "vote: "


def synthesised(plan: ResamplePlan) -> tuple[int, ...]:
    """List the codes of the classes that get synthetic rows."""
    return tuple(code for code, item in enumerate(plan.classes) if item.synthetic)


def _run_name() -> str:
    parameters = runtime.task_run.parameters
    item = parameters["plan"].classes[parameters["code"]]
    return f"search {shorten(item.label, 40)}"


@task(name="search", task_run_name=_run_name, cache_policy=NO_CACHE)
def search_neighbours(
    code: int, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> Search:
    """Find the neighbours of the training rows of one class.

    Args:
        code: Place of the class in the plan.
        survey: Columns and schema.
        plan: How many neighbours.
        attempt: Holds the donors, gets what was found.

    Returns:
        How they were searched, and how well.
    """
    rows, _ = donors(attempt, code)
    item = plan.classes[code]
    searched = smote.search(
        rows,
        survey.columns,
        k=item.k_neighbors,
        standardize=plan.standardize,
        threads=_threads(code, plan),
    )
    with Outputs(attempt, "found") as outputs:
        outputs.write(f"{SCRATCH}/found-{code:05d}", _table(searched.found))
    return Search(
        label=item.label,
        donors=rows.num_rows,
        k=item.k_neighbors,
        method=searched.method,
        recall=searched.recall,
    )


def _threads(code: int, plan: ResamplePlan) -> int:
    """Share the cores among the classes, which any engine searches side by side."""
    everyone = sum(plan.classes[other].kept for other in synthesised(plan))
    return math.ceil((os.cpu_count() or 1) * plan.classes[code].kept / everyone)


def prepared(
    code: int, survey: Survey, attempt: Attempt
) -> tuple[smote.Model, pa.Array]:
    """Read what the search kept aside.

    Args:
        code: Place of the class in the plan.
        survey: Columns.
        attempt: Holds donors and what was found among them.

    Returns:
        The model of the class, and the ordinals of its donors in the source.
    """
    rows, ordinals = donors(attempt, code)
    found = _found(read_folder(attempt, f"{SCRATCH}/found-{code:05d}"))
    return smote.Model(rows.combine_chunks(), survey.columns, found), ordinals


def donors(attempt: Attempt, code: int) -> tuple[pa.Table, pa.Array]:
    """Read the training rows of a class, and their ordinals in the source."""
    table = read_folder(attempt, f"{SCRATCH}/donors-{code:05d}")
    last = table.num_columns - 1
    ordinals = table.column(last).combine_chunks()
    return table.remove_column(last), ordinals


def _table(found: smote.Found) -> pa.Table:
    """Lay out neighbours, then votes under the names of their columns."""
    k = found.neighbours.shape[1]
    places = [f"neighbour {place}" for place in range(k)]
    arrays = [*found.neighbours.T, *found.votes.values()]
    return pa.table(arrays, [*places, *(_VOTE + name for name in found.votes)])


def _found(table: pa.Table) -> smote.Found:
    arrays = {name: table.column(name).to_numpy() for name in table.column_names}
    votes = {
        name.removeprefix(_VOTE): array
        for name, array in arrays.items()
        if name.startswith(_VOTE)
    }
    places = [array for name, array in arrays.items() if not name.startswith(_VOTE)]
    return smote.Found(np.stack(places, axis=1), votes)
