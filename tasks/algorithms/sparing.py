"""Rows spared for calibration: no model is trained on them, nor on what descends.

Rows that a split by group keeps together are spared together. Only the evaluation
spares rows; what is published is made of all training rows.
"""

import numpy as np
import pyarrow as pa

from schemas.plan import ResamplePlan
from tasks.algorithms.columns import free_name
from tasks.algorithms.routing import Mask
from tasks.algorithms.selection import (
    EVERYTHING,
    Hashes,
    below,
    hash_keys,
    hash_places,
    splitmix64,
)
from tasks.algorithms.sides import kin
from tasks.algorithms.smote import Drawn

SHARE = int(0.2 * EVERYTHING)
"""Of the training rows, those that a calibration is fitted on."""

_SPARING = np.uint64(0x2545F4914F6CDD1D)  # parts this from split and sample


def spared_column(schema: pa.Schema) -> str:
    """Name the column that marks rows, which no column of the source is called."""
    return free_name(schema, "evenkeel_spared")


def spared(hashes: Hashes, limit: int) -> Mask:
    """Choose the rows that are spared.

    Args:
        hashes: Of the rows, as of sides.kin.
        limit: In 0..2**64; SHARE, or 0 for none.
    """
    return below(splitmix64(hashes ^ _SPARING), limit)


def descends(
    donors: pa.Table, ordinals: pa.Array, drawn: Drawn, plan: ResamplePlan
) -> Mask:
    """Tell which synthetic rows have a parent that is spared.

    Args:
        donors: Of their class; holds the columns of key and split, if there are any.
        ordinals: Place of each donor in the source.
        drawn: Parents and neighbours, by their place among the donors.
        plan: Key, split, seed, and how many rows are spared.
    """
    hashes = (
        hash_keys(donors, plan.key, plan.seed)
        if plan.key
        else hash_places(ordinals.to_numpy(), plan.seed)
    )
    mask = spared(kin(donors, hashes, plan.split, plan.seed), plan.samples.spared)
    found: Mask = mask[drawn.parents] | mask[drawn.neighbours]
    return found


def mark(table: pa.Table, rows: Mask) -> pa.Table:
    """Append the column that marks rows."""
    return table.append_column(spared_column(table.schema), pa.array(rows))
