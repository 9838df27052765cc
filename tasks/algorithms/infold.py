"""Training rows of one fold, balanced as balance does it: plan, cuts, SMOTE, samplers.

Nothing outside of the fold's training rows is seen here; which they are is in folds.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from schemas.plan import ClassPlan, SamplerUse
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms import smote
from tasks.algorithms.arrays import Means, in_memory
from tasks.algorithms.contest import Problem
from tasks.algorithms.cuts import cut
from tasks.algorithms.kinship import search
from tasks.algorithms.labels import encode
from tasks.algorithms.plan import allocate, target_rows
from tasks.algorithms.redraw import make
from tasks.algorithms.routing import decided, repeat
from tasks.algorithms.selection import hash_ordinals
from tasks.algorithms.settling import concatenated

if TYPE_CHECKING:
    from tasks.algorithms.resampled import Resampled


def class_rows(rows: pa.Table, problem: Problem) -> dict[str, int]:
    """Count the rows of each class that has any, in the order of the labels."""
    codes = encode(rows.column(problem.target), problem.labels)
    counts = np.bincount(codes, minlength=len(problem.labels)).tolist()
    return {label: n for label, n in zip(problem.labels, counts, strict=True) if n > 0}


def balanced(
    rows: pa.Table, problem: Problem, strategy: Strategy, seed: int
) -> pa.Table:
    """Balance rows in memory as balance does a source.

    Args:
        rows: Training rows; each has a label.
        problem: Target, labels, and the role of every column of the rows.
        strategy: Kind (not auto), sizes and neighbours.
        seed: 0 <= seed < 2**63.

    Returns:
        Real rows, repeated ones side by side, then synthetic ones, class by class.
    """
    if strategy.kind is StrategyKind.SAMPLER:
        return concatenated(rows, by_sampler(rows, problem, strategy, seed)[1])
    counts = class_rows(rows, problem)
    sizes = target_rows(counts, strategy.kind, strategy)
    nothing = dict.fromkeys(counts, 0)
    planned = allocate(counts, nothing, strategy.kind, sizes, strategy.k_neighbors)
    return resampled(rows, problem, strategy, planned, seed)


def resampled(
    rows: pa.Table,
    problem: Problem,
    strategy: Strategy,
    planned: Sequence[ClassPlan],
    seed: int,
) -> pa.Table:
    """Carry out a plan in memory.

    Args:
        rows: As for ``balanced``.
        problem: As for ``balanced``.
        strategy: Whether neighbours are searched on standardised columns.
        planned: Rows of each class that has any; thresholds are still open.
        seed: As for ``balanced``.

    Returns:
        As ``balanced``.
    """
    codes = encode(rows.column(problem.target), [item.label for item in planned])
    hashes = hash_ordinals(0, rows.num_rows, seed)
    classes = cut(planned, lambda: [(codes, hashes)])
    times = decided(codes, hashes, classes).times
    parts = [rows.take(pa.array(repeat(times)))]
    for code, item in enumerate(classes):
        if item.synthetic:
            donors = rows.filter(pa.array((codes == code) & (times > 0)))
            made = smote.Lot(seed, code)
            parts.append(_made(donors, problem, item, made, strategy))
    return pa.concat_tables(parts)


def by_sampler(
    rows: pa.Table, problem: Problem, strategy: Strategy, seed: int
) -> tuple[SamplerUse, "Resampled"]:
    """Run a sampler in memory.

    Args:
        rows: As for ``balanced``.
        problem: As for ``balanced``.
        strategy: Of kind sampler.
        seed: As for ``balanced``.

    Returns:
        The sampler as it was set up, and what became of the rows.

    Raises:
        UserError: There is no such sampler, or it cannot work on these rows.
    """
    # A second to import, which few runs need to pay.
    from tasks.algorithms.asked_sampler import asked_sampler  # noqa: PLC0415
    from tasks.algorithms.resampled import Task, resample  # noqa: PLC0415

    counts = class_rows(rows, problem)
    task = Task(
        use=asked_sampler(strategy, counts),
        target=problem.target,
        labels=tuple(counts),
        columns=problem.columns,
        seed=seed,
        standardize=strategy.standardize,
    )
    return task.use, resample(rows, task)


def _made(
    donors: pa.Table,
    problem: Problem,
    item: ClassPlan,
    lot: smote.Lot,
    strategy: Strategy,
) -> pa.Table:
    found = search(
        donors,
        problem.columns,
        k=item.k_neighbors,
        standardize=strategy.standardize,
        means=Means(1, in_memory, problem.accelerate),
    ).found
    order = smote.shuffle(lot, donors.num_rows)
    whole = donors.combine_chunks()
    model = smote.Model(whole, tuple(problem.columns), found, lot, order)
    return make(0, item.synthetic, model).table
