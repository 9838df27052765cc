"""A pandas frame in, the frame that a run would train on out; no file is touched.

The same as a step of a scikit-learn pipeline is in balancer; a run, which also sets a
holdout aside and proves what balancing did, in flows.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.contract import OnViolation, TargetContract
from schemas.errors import UserError
from schemas.plan import ClassPlan, Decision
from schemas.strategy import Policy, Strategy, StrategyKind
from schemas.survey import Column
from tasks.algorithms.columns import assign, free_name
from tasks.algorithms.contest import Problem
from tasks.algorithms.contract import Target, accept, check_type
from tasks.algorithms.counts import count
from tasks.algorithms.decide import decide
from tasks.algorithms.infold import by_sampler, resampled
from tasks.algorithms.labels import encode
from tasks.algorithms.notes import notes
from tasks.algorithms.patterns import spelled_out
from tasks.algorithms.plan import allocate, check_names, target_rows
from tasks.algorithms.settling import concatenated, settle, told
from tasks.algorithms.weighting import weigh, weight_column, with_weights

SYNTHETIC = -1
"""Stands for the place of a row that was made."""


@dataclass(frozen=True, eq=False)
class BalancedFrame:
    """Training rows as balanced, and how they came about."""

    frame: pd.DataFrame
    """Real rows in their order, repeated ones side by side, then synthetic ones; with a
    column of weights where the strategy writes one."""
    origin: npt.NDArray[np.int64]
    """Place of each row in the frame that was given; -1 where it was made."""
    decision: Decision
    """Which strategy, and why, in a sentence."""
    classes: tuple[ClassPlan, ...]
    """Rows of each class, before and after."""


def balance_frame(
    frame: pd.DataFrame,
    target: str,
    strategy: Strategy = Strategy(),
    *,
    seed: int = 0,
    ignore: tuple[str, ...] = (),
) -> BalancedFrame:
    """Balance training rows in memory. What is to be held out must not be among them.

    Args:
        frame: Training rows; each has a label.
        target: The column that holds the class.
        strategy: How to balance, as in the config of a run; auto decides by the default
            policy. Not evidence, which takes a tournament.
        seed: 0 <= seed < 2**63. Same rows, strategy and seed: same result.
        ignore: Columns, or patterns, that are carried along: missing in synthetic rows.

    Returns:
        The rows that a run with this strategy and seed would write of such a source, if
        it held none out, with the types that they had.

    Raises:
        UserError: The frame or its target is unfit, or the sizes cannot be reached.

    >>> rows = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": ["a", "a", "a", "b"]})
    >>> over = Strategy(kind=StrategyKind.RANDOM_OVER)
    >>> balance_frame(rows, "y", over).frame["y"].tolist()
    ['a', 'a', 'a', 'b', 'b', 'b']
    """
    table = _as_arrow(frame)
    config = BalanceConfig(
        source="memory", target=target, ignore=ignore, strategy=strategy, seed=seed
    )
    columns = assign(table.schema, spelled_out(config, table.schema))
    counts = _count(table, target)
    decision, classes = _plan(counts, strategy)
    place = free_name(table.schema, "place")
    rows = table.append_column(place, pa.array(np.arange(table.num_rows)))
    placed = Column(name=place, type="int64", role="ignore", nullable=True)
    least = min(counts, key=counts.__getitem__)
    problem = Problem(target, tuple(counts), least, (*columns, placed))
    made, decision, classes = _carried_out(
        rows, problem, strategy, _Planned(decision, classes), seed
    )
    origin = made.column(place).fill_null(SYNTHETIC).to_numpy()
    weights = weight_column(decision.strategy, strategy)
    made = made.drop_columns([place])
    if weights is not None:
        each = {item.label: item.weight for item in classes}
        made = with_weights(made, _free(weights, table), target, each)
    return BalancedFrame(_as_given(made, frame), origin, decision, classes)


class _Planned(NamedTuple):
    """What is to be done."""

    decision: Decision
    classes: tuple[ClassPlan, ...]


def _carried_out(
    rows: pa.Table, problem: Problem, strategy: Strategy, planned: _Planned, seed: int
) -> tuple[pa.Table, Decision, tuple[ClassPlan, ...]]:
    """Balance, and say what was done: of a sampler it is known only afterwards."""
    decision, classes = planned
    if decision.strategy is not StrategyKind.SAMPLER:
        return resampled(rows, problem, strategy, classes, seed), decision, classes
    use, found = by_sampler(rows, problem, strategy, seed)
    said = (*decision.notes, *told(use, found).notes)
    codes = encode(rows.column(problem.target), problem.labels)
    return (
        concatenated(rows, found),
        decision.model_copy(update={"notes": said}),
        settle(classes, codes, found),
    )


def _as_arrow(frame: pd.DataFrame) -> pa.Table:
    names = pd.Index(frame.columns)
    if not names.is_unique or not all(isinstance(name, str) for name in names):
        raise UserError(
            "columns of a frame must have names that are texts and differ; set "
            "frame.columns"
        )
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise UserError(
            f"a column holds values of several types or of one that Parquet has not: "
            f"{' '.join(map(str, error.args))}; convert it, or leave it out"
        ) from error
    return table.cast(pa.schema(map(_typed, table.schema), table.schema.metadata))


def _typed(field: pa.Field) -> pa.Field:
    """Give a column of nothing but nulls a type, as a column of texts has one."""
    is_levels = pa.types.is_dictionary(field.type)
    values = field.type.value_type if is_levels else field.type
    return field.with_type(pa.string()) if pa.types.is_null(values) else field


def _as_given(made: pa.Table, given: pd.DataFrame) -> pd.DataFrame:
    """Give columns the types they had; whole numbers and truths hold no gaps."""
    for place, field in enumerate(made.schema):
        if field.name in given and given[field.name].isna().all():
            nothing = pa.nulls(made.num_rows)
            made = made.set_column(place, field.with_type(pa.null()), nothing)
    found: pd.DataFrame = made.to_pandas()
    kinds = {
        name: kind
        for name, kind in given.dtypes.items()
        if found[name].dtype != kind
        and not (kind.kind in "biu" and found[name].isna().any())
    }
    return found.astype(kinds)


def _count(table: pa.Table, target: str) -> dict[str, int]:
    """Count the classes; where a run would set rows aside, there is nowhere to."""
    column = table.column(target)
    check_type(target, column.type)
    contract = TargetContract(
        on_violation=OnViolation.FAIL, max_classes=max(2, table.num_rows)
    )
    return accept(Target(target, column.type, count(column)), contract).classes


def _plan(
    counts: dict[str, int], strategy: Strategy
) -> tuple[Decision, tuple[ClassPlan, ...]]:
    if strategy.kind is StrategyKind.EVIDENCE:
        raise UserError(
            "strategy evidence takes a tournament, which a run holds: use "
            "flows.balance.balance, or name a strategy"
        )
    check_names(strategy.leave, counts, "strategy.leave")
    kind, reason = decide(counts, strategy, Policy())
    sizes = target_rows(counts, kind, strategy)
    held = dict.fromkeys(counts, 0)
    classes = allocate(counts, held, kind, sizes, strategy.k_neighbors)
    weighed = weigh(classes, kind, strategy)
    told = notes(weighed, kind, strategy)
    return Decision(strategy=kind, reason=reason, notes=told), weighed


def _free(column: str, table: pa.Table) -> str:
    if column in table.schema.names:
        raise UserError(
            f"there is a column {column!r} already; name another for the weights by "
            "strategy.weight_column"
        )
    return column
