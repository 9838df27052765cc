"""How many rows each class gets, and where they go. Why a strategy is in decide.

Thresholds that make the numbers exact are found in thresholds, from the data.
"""

import difflib
import math
from collections.abc import Iterable, Mapping

from schemas.errors import UserError
from schemas.plan import ClassPlan
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.caps import capped
from tasks.algorithms.decide import (
    Counts,
    adds_rows,
    check_possible,
    drops_rows,
    synthesises,
)

_ROUNDING = 1e-9  # 100 * .29 is 28.999999999999996


def holdout_rows(rows: int, share: float) -> int:
    """Give the rows of a class that are set aside, leaving one at least to train on.

    Args:
        rows: Rows of the class, 1 or more.
        share: Share of each class to hold out, 0 < share < 1.

    Returns:
        Rounded half up; 0 for a class too small for both sides.

    >>> [holdout_rows(n, 0.2) for n in (1, 2, 3, 10)]
    [0, 0, 1, 2]
    """
    return min(math.floor(rows * share + 0.5 + _ROUNDING), rows - 1)


def target_rows(
    train: Counts, kind: StrategyKind, strategy: Strategy
) -> dict[str, int]:
    """Give the training rows of each class after balancing.

    Args:
        train: Training rows of each class, as they are, each 1 or more.
        kind: The strategy decided on, not auto.
        strategy: Ratio, rows or fractions, caps, and classes to leave as they are;
            of these such as have no rows do not matter here.

    Returns:
        Rows of each class, in the order of train; for weights those that the classes
        are to count for, the same as random_over would give them; for a sampler those
        that it is given.

    Raises:
        UserError: Classes are named that do not exist, or sizes cannot be reached.
    """
    if kind is StrategyKind.SAMPLER:  # known once it has run
        return dict(train)
    sized = {k: n for k, n in train.items() if k not in strategy.leave}
    if strategy.rows is not None:
        check_names(strategy.rows, train, "strategy.rows")
        wanted = {**train, **strategy.rows}
        check_possible(kind, train, wanted)
    elif strategy.fractions is not None:
        wanted = _by_fractions(train, kind, strategy.fractions)
        check_possible(kind, train, wanted)
    elif sized:
        wanted = {**train, **_by_ratio(sized, kind, strategy.ratio)}
    else:
        wanted = dict(train)
    return capped(train, wanted, kind, strategy)


def _by_ratio(train: Counts, kind: StrategyKind, ratio: float) -> dict[str, int]:
    least, most = min(train.values()), max(train.values())
    if kind is StrategyKind.SMOTE_UNDER:
        # The smallest class grows by the factor that the largest shrinks by.
        most = min(most, max(least, math.ceil(math.sqrt(least * most / ratio))))
    elif kind is StrategyKind.RANDOM_UNDER:
        most = min(most, math.floor(least / ratio + _ROUNDING))
    floor = math.floor(most * ratio + _ROUNDING)
    raises = adds_rows(kind) or kind is StrategyKind.WEIGHTS
    return {
        label: _within(rows, floor if raises else 0, most)
        if raises or drops_rows(kind)
        else rows
        for label, rows in train.items()
    }


def _within(rows: int, least: int, most: int) -> int:
    return max(min(rows, most), least)


def _by_fractions(
    train: Counts, kind: StrategyKind, fractions: Mapping[str, float]
) -> dict[str, int]:
    """Scale the shares so that only adding, only dropping, or both alike suffices."""
    check_names(fractions, train, "strategy.fractions")
    absent = [label for label in train if label not in fractions]
    if absent:
        raise UserError(
            f"strategy.fractions lacks class {absent[0]!r}; give a share to each of "
            f"the {len(train)} classes, or give strategy.rows for some of them"
        )
    sizes = [rows / fractions[label] for label, rows in train.items()]
    total = {
        StrategyKind.RANDOM_UNDER: min(sizes),
        StrategyKind.SMOTE_UNDER: math.sqrt(min(sizes) * max(sizes)),
    }.get(kind, max(sizes))
    rounded = math.floor if kind is StrategyKind.RANDOM_UNDER else math.ceil
    return {
        label: max(1, rounded(fractions[label] * total - _side(kind)))
        for label in train
    }


def _side(kind: StrategyKind) -> float:
    return -_ROUNDING if kind is StrategyKind.RANDOM_UNDER else _ROUNDING


def check_names(named: Iterable[str], train: Counts, field: str) -> None:
    """Refuse labels that no training row has.

    Args:
        named: What was given.
        train: Training rows of each class.
        field: Where it was given.

    Raises:
        UserError: Names the nearest label.
    """
    for label in named:
        if label not in train:
            near = difflib.get_close_matches(label, train, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"classes: {_list(train)}"
            raise UserError(f"{field} names class {label!r}, which has no rows; {hint}")


def _list(train: Counts) -> str:
    shown = [repr(label) for label in list(train)[:10]]
    return ", ".join(shown) + (", ..." if len(train) > len(shown) else "")


def allocate(
    source: Counts, held: Counts, kind: StrategyKind, targets: Mapping[str, int], k: int
) -> tuple[ClassPlan, ...]:
    """Say for each class how many rows go where; thresholds are still open.

    Args:
        source: Accepted rows of each class.
        held: Rows of each class that are held out.
        kind: The strategy decided on.
        targets: Training rows of each class after balancing.
        k: Neighbours asked for; clipped to the rows of the class.

    Returns:
        A plan for each class in the order of source; source = holdout + kept + dropped
        and train = kept + duplicated + synthetic.
    """
    if kind is StrategyKind.WEIGHTS:  # targets are met by weights, not by rows
        targets = {label: rows - held[label] for label, rows in source.items()}
    return tuple(
        _class_plan(
            label, rows, held[label], targets[label], k if synthesises(kind) else 0
        )
        for label, rows in source.items()
    )


def _class_plan(label: str, rows: int, holdout: int, target: int, k: int) -> ClassPlan:
    """One row alone has no neighbour, so a class of one is repeated instead."""
    before = rows - holdout
    kept = min(before, target)
    added = target - kept
    made = added if k and before > 1 else 0
    return ClassPlan(
        label=label,
        source=rows,
        holdout=holdout,
        kept=kept,
        dropped=before - kept,
        duplicated=added - made,
        synthetic=made,
        train=target,
        k_neighbors=min(k, before - 1) if made else 0,
        copies=(added - made) // kept,
    )


def ranks(plan: ClassPlan) -> tuple[int, int, int]:
    """Give the ranks of the three thresholds among the hashes of the class.

    Returns:
        Rows below holdout_below, keep_below and extra_below. Rows that get one copy
        more are the first of the kept ones: as random as any, and found in one pass.
    """
    extra = plan.duplicated % plan.kept
    return plan.holdout, plan.holdout + plan.kept, plan.holdout + extra
