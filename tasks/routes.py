"""Routes: where each row of the source goes, by the thresholds of a plan or a sampler.

How thresholds decide is in algorithms.routing; what a sampler kept was kept aside by
the stage that ran it, in samplers.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from schemas.plan import ResamplePlan
from schemas.written import Attempt
from tasks.algorithms.arrays import one_chunk
from tasks.algorithms.routing import Routed, route
from tasks.storage.scratch import kept

TIMES = "sampler-times"
"""How often each row of the source is kept."""


def decide_rows(
    table: pa.Table, first: int, plan: ResamplePlan, attempt: Attempt
) -> Routed:
    """Decide each row by itself, whatever batch it comes in.

    Args:
        table: Holds the target and the key columns.
        first: Ordinal of its first row.
        plan: The thresholds of each class.
        attempt: Holds what a sampler kept, where the plan has one.

    Returns:
        The fate of each row.
    """
    routed = route(table, first, plan)
    if plan.sampler is None:
        return routed
    times = kept(attempt, TIMES).column(0).slice(first, table.num_rows)
    return replace(routed, times=one_chunk(times).to_numpy().astype(np.int64))
