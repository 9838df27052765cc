"""Guarding: a run that would not fit is refused before it starts.

How much it needs is estimated in algorithms.memory; what there is, read in storage. One
that fits, but not beside others of its process, waits for them: see sharing.
"""

import os
from collections.abc import Mapping, Sequence

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.plan import ClassPlan
from schemas.survey import Survey
from tasks.algorithms.coding import BUDGET
from tasks.algorithms.columns import source_schema
from tasks.algorithms.memory import (
    Item,
    estimate,
    estimate_comparison,
    numbers_within,
)
from tasks.sharing import room
from tasks.storage.memory import LIMIT, obtainable
from tasks.storage.parquet import row_bytes


def check_memory(
    config: BalanceConfig,
    survey: Survey,
    classes: Sequence[ClassPlan],
    *,
    sampler: bool = False,
) -> None:
    """Refuse a run that the kernel would kill.

    Args:
        config: Key and evaluation.
        survey: Rows and columns.
        classes: Rows of each class, as planned.
        sampler: Whether one is run on them in memory.

    Raises:
        UserError: It needs more than this machine, or EVENKEEL_MEMORY_LIMIT, has.
    """
    width = row_bytes(source_schema(survey))
    threads = os.cpu_count() or 1
    _refuse_beyond(estimate(config, survey, classes, width, threads, sampler=sampler))


def check_comparison_memory(
    config: BalanceConfig, survey: Survey, rows: Mapping[str, int]
) -> None:
    """Refuse a tournament that the kernel would kill.

    Args:
        config: Trees of a forest.
        survey: The columns.
        rows: Of each class, compared on.

    Raises:
        UserError: It needs more than this machine, or EVENKEEL_MEMORY_LIMIT, has.
    """
    width, threads = row_bytes(source_schema(survey)), os.cpu_count() or 1
    _refuse_beyond(estimate_comparison(config, survey, rows, width, threads))


def _refuse_beyond(items: Sequence[Item]) -> None:
    itself, most = (item.bytes for item in items)
    needed = itself + most
    there = room(itself, most, lambda: obtainable(os.environ.get(LIMIT)))
    if there is not None and needed > there:
        largest = max(items)
        raise UserError(
            f"this run needs about {_size(needed)} of memory and can have "
            f"{_size(there)}. Most of it, {_size(largest.bytes)}, is for "
            f"{largest.purpose}: {largest.remedy}; or take fewer rows or a larger "
            f"machine; or set {LIMIT}, if more is to be had than was found"
        )


def _size(count: int) -> str:
    return f"{count / 10**9:,.2f} GB"


def numbers_at_most() -> int:
    """Tell how many numbers a sampler may work on: what is budgeted, and there is."""
    there = obtainable(os.environ.get(LIMIT))
    return BUDGET if there is None else min(BUDGET, numbers_within(there))
