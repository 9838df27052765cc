"""What a decision's one sentence would hide: the exceptions, with their numbers."""

from collections.abc import Sequence

from schemas.plan import ClassPlan
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.decide import synthesises
from tasks.algorithms.weighting import weight_column

_SHOWN = 5
_STARVED = 0.1  # of the training rows


def notes(
    plans: Sequence[ClassPlan], kind: StrategyKind, strategy: Strategy
) -> tuple[str, ...]:
    """Say which classes are balanced differently, and what was cut.

    Args:
        plans: The plan of each class.
        kind: The strategy decided on.
        strategy: What the user asked for.

    Returns:
        Sentences, none when there is no exception.
    """
    k = strategy.k_neighbors
    left = set(strategy.leave)
    groups = {
        "Left as they are, as was asked for": [
            plan for plan in plans if plan.label in left
        ],
        "One row has no neighbour to interpolate with, so it is repeated": [
            plan for plan in plans if plan.duplicated and synthesises(kind)
        ],
        f"Fewer than {k} neighbours exist, so k is clipped": [
            plan for plan in plans if plan.synthetic and plan.k_neighbors < k
        ],
    }
    named = [
        f"{text}: {classes_named(found)}." for text, found in groups.items() if found
    ]
    return (*named, *_weights(plans, kind, strategy), *_totals(plans, kind, strategy))


def _weights(
    plans: Sequence[ClassPlan], kind: StrategyKind, strategy: Strategy
) -> list[str]:
    column = weight_column(kind, strategy)
    if column is None:
        return []
    least, most = (of(plans, key=lambda plan: plan.weight) for of in (min, max))
    end = (
        "so that classes count as asked for and no row is added or dropped"
        if kind is StrategyKind.WEIGHTS
        else "so that classes count for what they did before rows were dropped"
    )
    said = (
        f"Training rows have weights, in the column {column!r}, from "
        f"{least.weight:.4g} ({least.label!r}) to {most.weight:.4g} ({most.label!r}), "
        f"{end}: train with them."
    )
    return [said]


def classes_named(plans: Sequence[ClassPlan]) -> str:
    """Name classes with their rows, the first ones if they are many."""
    shown = [f"{plan.label!r} ({plan.source:,} rows)" for plan in plans[:_SHOWN]]
    more = len(plans) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _totals(
    plans: Sequence[ClassPlan], kind: StrategyKind, strategy: Strategy
) -> list[str]:
    before = sum(plan.kept + plan.dropped for plan in plans)
    after = sum(plan.train for plan in plans)
    found = []
    if kind is StrategyKind.RANDOM_UNDER and after < _STARVED * before:
        found.append(
            f"Undersampling leaves {after:,} of {before:,} training rows "
            f"({after / before:.1%}); smote_under keeps more."
        )
    is_open = kind is StrategyKind.SAMPLER  # it has not run yet
    end = "" if is_open else f": {before:,} become {after:,}"
    if strategy.max_growth is not None and kind is not StrategyKind.WEIGHTS:
        times = f"{strategy.max_growth:g} times"
        found.append(f"Growth of the training rows is capped at {times}{end}.")
    if strategy.cap_rows is not None:
        found.append(f"Training rows are capped at {strategy.cap_rows:,}{end}.")
    return found
