"""Which strategy, and why, in a sentence. How many rows follow from it is in plan."""

from collections.abc import Mapping

from schemas.contest import Approach
from schemas.errors import UserError
from schemas.strategy import Policy, Strategy, StrategyKind

Counts = Mapping[str, int]

RESAMPLED: Mapping[Approach, StrategyKind] = {
    Approach.RANDOM_UNDER: StrategyKind.RANDOM_UNDER,
    Approach.RANDOM_UNDER_CORRECTED: StrategyKind.RANDOM_UNDER,
    Approach.RANDOM_OVER: StrategyKind.RANDOM_OVER,
    Approach.SMOTE_UNDER: StrategyKind.SMOTE_UNDER,
    Approach.SMOTE: StrategyKind.SMOTE,
    Approach.SAMPLER: StrategyKind.SAMPLER,
}
"""How approaches of a tournament balance; the others leave rows as they are."""
_OVER = {StrategyKind.RANDOM_OVER, StrategyKind.SMOTE, StrategyKind.SMOTE_UNDER}
_UNDER = {StrategyKind.RANDOM_UNDER, StrategyKind.SMOTE_UNDER}


def adds_rows(kind: StrategyKind) -> bool:
    """Tell whether the strategy may repeat or synthesise rows."""
    return kind in _OVER


def drops_rows(kind: StrategyKind) -> bool:
    """Tell whether the strategy may leave training rows out."""
    return kind in _UNDER


def synthesises(kind: StrategyKind) -> bool:
    """Tell whether added rows are made and not repeated."""
    return kind in {StrategyKind.SMOTE, StrategyKind.SMOTE_UNDER}


def decide(
    train: Counts, strategy: Strategy, policy: Policy
) -> tuple[StrategyKind, str]:
    """Resolve ``auto`` by the policy, top to bottom; take any other kind as asked.

    Args:
        train: Training rows of each class, as they are.
        strategy: What the user asked for; of evidence nothing is known yet.
        policy: The table of limits behind auto.

    Returns:
        The strategy, and the reason as a sentence that names its numbers.

    >>> decide({"a": 90, "b": 80}, Strategy(), Policy())[0]
    <StrategyKind.NONE: 'none'>
    """
    if strategy.kind is StrategyKind.EVIDENCE:
        return StrategyKind.NONE, (
            "Open until a tournament on the training rows has decided, which a run "
            f"holds: {_facts(train, strategy)}."
        )
    if strategy.kind is StrategyKind.SAMPLER:
        facts = _facts(train, strategy)
        return strategy.kind, (
            f"{strategy.name} of imbalanced-learn was asked for: {facts}. "
            "How many rows each class will have is known once it has seen them."
        )
    if strategy.kind is not StrategyKind.AUTO:
        facts = _facts(train, strategy)
        return strategy.kind, f"{strategy.kind} was asked for: {facts}."
    if strategy.rows or strategy.fractions:
        return _by_sizes(train, strategy)
    return _by_policy(train, strategy, policy)


def _sized(train: Counts, strategy: Strategy) -> Counts:
    """List the classes that balancing may change, or all if it may change none."""
    return {k: n for k, n in train.items() if k not in strategy.leave} or train


def _facts(train: Counts, strategy: Strategy) -> str:
    sized = _sized(train, strategy)
    small, large = min(sized, key=sized.__getitem__), max(sized, key=sized.__getitem__)
    ratio, total = train[large] / train[small], sum(train.values())
    return (
        f"the smallest class {small!r} has {train[small]:,} of {total:,} training "
        f"rows, the largest {large!r} {train[large]:,} (imbalance ratio {ratio:.2f})"
    )


def _by_policy(
    train: Counts, strategy: Strategy, policy: Policy
) -> tuple[StrategyKind, str]:
    facts, total = _facts(train, strategy), sum(train.values())
    sized = _sized(train, strategy).values()
    least, most = min(sized), max(sized)
    if _over_cap(train, strategy):
        return _by_cap(
            facts, strategy, plenty=least >= policy.undersample_keeps_at_least
        )
    if most / least <= policy.balanced_up_to:
        return StrategyKind.NONE, (
            f"Nothing to do: {facts}, and up to {policy.balanced_up_to:g} counts as "
            "balanced."
        )
    if total > policy.undersample_above_rows:
        if least >= policy.undersample_keeps_at_least:
            return StrategyKind.RANDOM_UNDER, (
                f"Undersampling: {facts}; above {policy.undersample_above_rows:,} rows "
                "there is enough to learn from after dropping."
            )
        return StrategyKind.SMOTE_UNDER, (
            f"SMOTE and undersampling meet in the middle: {facts}; the table is large, "
            f"but fewer than {policy.undersample_keeps_at_least:,} rows of a class are "
            "too few to cut the others down to."
        )
    if least <= policy.smote_up_to_rows:
        return StrategyKind.SMOTE, (
            f"SMOTE: {facts}; a class of up to {policy.smote_up_to_rows:,} rows is too "
            "precious to drop others down to it."
        )
    return StrategyKind.RANDOM_UNDER, (
        f"Undersampling: {facts}; a class above {policy.smote_up_to_rows:,} rows is "
        "large enough to learn from as it is."
    )


def _over_cap(train: Counts, strategy: Strategy) -> bool:
    return strategy.cap_rows is not None and sum(train.values()) > strategy.cap_rows


def _by_cap(
    facts: str, strategy: Strategy, *, plenty: bool
) -> tuple[StrategyKind, str]:
    kind = StrategyKind.RANDOM_UNDER if plenty else StrategyKind.SMOTE_UNDER
    return kind, (
        f"Rows are dropped ({kind}), for no more than {strategy.cap_rows:,} training "
        f"rows were asked for: {facts}."
    )


def _by_sizes(train: Counts, strategy: Strategy) -> tuple[StrategyKind, str]:
    facts = _facts(train, strategy)
    if strategy.fractions:
        return StrategyKind.SMOTE_UNDER, f"Fractions were asked for: {facts}."
    rows = strategy.rows or {}
    grow = [label for label, n in rows.items() if n > train.get(label, n)]
    shrink = [label for label, n in rows.items() if n < train.get(label, n)]
    if _over_cap(train, strategy):
        return _by_cap(facts, strategy, plenty=not grow)
    reason = f"Rows per class were asked for, {len(grow)} grow and {len(shrink)} shrink"
    if grow and shrink:
        return StrategyKind.SMOTE_UNDER, f"{reason}: {facts}."
    if grow:
        return StrategyKind.SMOTE, f"{reason}: {facts}."
    kind = StrategyKind.RANDOM_UNDER if shrink else StrategyKind.NONE
    return kind, f"{reason}: {facts}."


def check_possible(
    kind: StrategyKind, train: Counts, targets: Mapping[str, int]
) -> None:
    """Refuse sizes that the strategy cannot reach; weights reach any.

    Raises:
        UserError: A class would have to grow or shrink and the strategy does not.
    """
    if kind is StrategyKind.WEIGHTS:
        return
    for label, wanted in targets.items():
        have = train[label]
        if wanted > have and not adds_rows(kind):
            raise UserError(
                f"class {label!r} has {have:,} training rows and {wanted:,} are asked "
                f"for; {kind} adds none, use smote, random_over or smote_under"
            )
        if wanted < have and not drops_rows(kind):
            raise UserError(
                f"class {label!r} has {have:,} training rows and only {wanted:,} are "
                f"asked for; {kind} drops none, use random_under or smote_under"
            )
