"""Searching: the donors of a class → their neighbours, kept aside for synthesis.

How neighbours are searched is in algorithms; the donors were gathered by resampling.
"""

import math
import os
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.manifest import Search
from schemas.plan import ResamplePlan
from schemas.survey import Survey
from schemas.written import Attempt
from tasks.acceleration import accelerates
from tasks.algorithms import smote
from tasks.algorithms.arrays import Means, in_memory, one_chunk
from tasks.algorithms.captions import shorten
from tasks.algorithms.distances import Positions
from tasks.algorithms.kinship import Found, search
from tasks.algorithms.labels import encode
from tasks.algorithms.search_space import blocks
from tasks.stage import stage
from tasks.storage.commits import SCRATCH
from tasks.storage.scratch import gather, keep, kept, mapped
from tasks.storage.shards import donor_file, sharing

_NEIGHBOURS, _ORDER, _VOTE = "neighbours", "order", "vote: "


def synthesised(plan: ResamplePlan) -> tuple[int, ...]:
    """List the codes of the classes that get synthetic rows."""
    return tuple(code for code, item in enumerate(plan.classes) if item.synthetic)


def searched(plan: ResamplePlan) -> tuple[int, ...]:
    """List the codes of the classes whose rows get neighbours: a sampler's find own."""
    return synthesised(plan) if plan.sampler is None else ()


def _run_name() -> str:
    from prefect import runtime  # noqa: PLC0415 - Prefect alone calls this

    parameters = runtime.task_run.parameters
    item = parameters["plan"].classes[parameters["code"]]
    return f"search {shorten(item.label, 40)}"


@stage("search", run_name=_run_name)
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
    _gather_donors(code, plan, attempt)
    rows, _ = donors(attempt, code)
    item = plan.classes[code]
    cut = blocks(rows.num_rows, survey.columns, item.k_neighbors)
    searched = search(
        rows,
        survey.columns,
        k=item.k_neighbors,
        standardize=plan.standardize,
        means=Means(
            _threads(code, plan),
            mapped(attempt) if cut else in_memory,
            accelerates(),
        ),
    )
    order = smote.shuffle(smote.Lot(plan.seed, code), rows.num_rows)
    found = _table(searched.found, order)
    keep(attempt, _found(code), found.schema, [found])
    return Search(
        label=item.label,
        donors=rows.num_rows,
        k=item.k_neighbors,
        method=searched.method,
        recall=searched.recall,
        blocks=cut,
    )


def _gather_donors(code: int, plan: ResamplePlan, attempt: Attempt) -> None:
    classes = [item.label for item in plan.classes]
    folder = f"{SCRATCH}/{donor_file(code, len(classes))}"

    def own(table: pa.Table) -> pa.Table:
        return table.filter(encode(table.column(plan.target), classes) == code)

    shared = sharing(len(classes)) > 1
    gather(attempt, folder, _donors(code), own if shared else None)


def _threads(code: int, plan: ResamplePlan) -> int:
    """Share the cores among the classes, which any engine searches side by side."""
    everyone = sum(plan.classes[other].kept for other in synthesised(plan))
    return math.ceil((os.cpu_count() or 1) * plan.classes[code].kept / everyone)


def prepared(
    code: int, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> tuple[smote.Model, pa.Array]:
    """Map what the search kept aside.

    Args:
        code: Place of the class in the plan.
        survey: Columns.
        plan: Seed.
        attempt: Holds donors and what was found among them.

    Returns:
        The model of the class, and the ordinals of its donors in the source.
    """
    rows, ordinals = donors(attempt, code)
    table = kept(attempt, _found(code))
    votes = {
        name.removeprefix(_VOTE): _matrix(table.column(name)).view(np.bool_)
        for name in table.column_names
        if name.startswith(_VOTE)
    }
    found = Found(_matrix(table.column(_NEIGHBOURS)), votes)
    order = one_chunk(table.column(_ORDER)).to_numpy()
    lot = smote.Lot(plan.seed, code)
    return smote.Model(rows, survey.columns, found, lot, order), ordinals


def donors(attempt: Attempt, code: int) -> tuple[pa.Table, pa.Array]:
    """Map the training rows of a class, and their ordinals in the source."""
    table = kept(attempt, _donors(code))
    last = table.num_columns - 1
    return table.remove_column(last), one_chunk(table.column(last))


def _donors(code: int) -> str:
    return f"donors-{code:05d}"


def _found(code: int) -> str:
    return f"found-{code:05d}"


def _table(found: Found, order: Positions) -> pa.Table:
    """Lay out neighbours and order, then votes under the names of their columns."""
    # As bytes, for Arrow packs booleans into bits, which no array can be laid over.
    votes = {_VOTE + name: _lines(m.view(np.uint8)) for name, m in found.votes.items()}
    return pa.table({_NEIGHBOURS: _lines(found.neighbours), _ORDER: order, **votes})


def _lines(matrix: npt.NDArray[Any]) -> pa.Array:
    flat = pa.array(matrix.reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, matrix.shape[1])


def _matrix(lines: pa.ChunkedArray) -> npt.NDArray[Any]:
    whole = one_chunk(lines)
    flat: npt.NDArray[Any] = whole.flatten().to_numpy()
    return flat.reshape(len(whole), -1)
