"""How much the rows of a class count for, where a column says so.

How many rows each class has, or would have to have, is decided in plan.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.plan import ClassPlan
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.labels import encode
from tasks.algorithms.plan import target_rows

COLUMN = "weight"
"""What the column of strategy weights is called unless told."""

Counts = Mapping[str, int]


def weight_column(kind: StrategyKind, strategy: Strategy) -> str | None:
    """Name the column of weights that a strategy writes.

    Args:
        kind: The strategy decided on.
        strategy: What the user asked for.

    Returns:
        None if rows are not weighted.
    """
    if kind is StrategyKind.WEIGHTS:
        return strategy.weight_column or COLUMN
    return strategy.weight_column if kind is StrategyKind.RANDOM_UNDER else None


def class_weights(
    before: Counts, after: Counts, kind: StrategyKind, strategy: Strategy
) -> dict[str, float]:
    """Say what a training row of each class counts for.

    Args:
        before: Training rows of each class as they were.
        after: Training rows of each class as written.
        kind: The strategy decided on.
        strategy: What the user asked for.

    Returns:
        Weights, each above 0, whose sum over all rows is the number of rows before.
        Classes count for what they would have by oversampling (weights), or for what
        they had (random_under). 1 for each where rows are not weighted.

    >>> rows = {"a": 6, "b": 2}
    >>> class_weights(rows, rows, StrategyKind.WEIGHTS, Strategy(ratio=0.5))
    {'a': 0.8888888888888888, 'b': 1.3333333333333333}
    """
    if weight_column(kind, strategy) is None:
        return dict.fromkeys(after, 1.0)
    totals = (
        target_rows(before, kind, strategy) if kind is StrategyKind.WEIGHTS else before
    )
    scale = sum(before.values()) / sum(totals.values())
    return {label: totals[label] * scale / rows for label, rows in after.items()}


def balancing(
    counts: npt.NDArray[np.intp], left: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Let classes weigh the same in sum: n / (K n_c), as scikit-learn's "balanced".

    Args:
        counts: Rows of each class, shape (classes,).
        left: Which classes are to be left: they weigh what they are, to the largest of
            the others.

    Returns:
        The weight of a row of each class; 0 for a class without rows.
    """
    present = counts > 0
    totals = np.where(left, counts, counts[~left].max(initial=1)) * present
    weights = np.zeros(len(counts))
    weights[present] = counts.sum() * totals[present] / (totals.sum() * counts[present])
    return weights


def weigh(
    classes: Sequence[ClassPlan], kind: StrategyKind, strategy: Strategy
) -> tuple[ClassPlan, ...]:
    """Give each class of a plan the weight of its rows."""
    before = {item.label: item.kept + item.dropped for item in classes}
    after = {item.label: item.train for item in classes}
    weights = class_weights(before, after, kind, strategy)
    return tuple(
        item.model_copy(update={"weight": weights[item.label]}) for item in classes
    )


def with_weights(
    table: pa.Table, column: str, target: str, weights: Mapping[str, float]
) -> pa.Table:
    """Append the weight of each row, by its class.

    Args:
        table: Rows of classes that have a weight; has no such column.
        column: Name of the new one.
        target: Name of that of the labels.
        weights: Of each class.
    """
    codes = encode(table.column(target), list(weights))
    values = np.array(list(weights.values()))[codes]
    return table.append_column(weight_field(column), pa.array(values))


def weight_field(column: str) -> pa.Field:
    """Describe the column of weights."""
    return pa.field(column, pa.float64(), nullable=False)


def train_schema(schema: pa.Schema, column: str | None) -> pa.Schema:
    """Give the schema of training rows from that of the source."""
    return schema if column is None else schema.append(weight_field(column))
