"""Caps on the rows that balancing may come to. What classes would have is in plan."""

import math
from collections.abc import Mapping

from schemas.errors import UserError
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.decide import Counts, drops_rows


def capped(
    train: Counts, wanted: Mapping[str, int], kind: StrategyKind, strategy: Strategy
) -> dict[str, int]:
    """Shrink sizes until they fit the caps.

    A cap on growth shrinks every addition by the same factor. So does a cap on rows,
    unless the strategy drops rows: then every class shrinks by the same factor, so that
    the classes keep their ratios, but for those that are to be left as they are. Where
    rows only get weights, a cap on rows lessens none.

    Args:
        train: Training rows of each class, as they are.
        wanted: After balancing, in the same order.
        kind: The strategy decided on.
        strategy: Caps, and classes to leave as they are.

    Returns:
        Rows of each class, 1 or more.

    Raises:
        UserError: The cap on rows cannot be reached.
    """
    fitted = dict(wanted)
    if strategy.max_growth is not None:
        most = math.floor(strategy.max_growth * sum(train.values()))
        fitted = _with_fewer_added(train, fitted, most)
    cap, weighted = strategy.cap_rows, kind is StrategyKind.WEIGHTS
    rows = train if weighted else fitted  # what classes count for is no row
    if cap is None or sum(rows.values()) <= cap:
        return fitted
    if drops_rows(kind):
        return _with_fewer_kept(fitted, set(strategy.leave), cap)
    if weighted or _kept(train, fitted) > cap:
        raise _unreachable(kind, sum(train.values()), cap)
    return _with_fewer_added(train, fitted, cap)


def _kept(train: Counts, wanted: Mapping[str, int]) -> int:
    return sum(min(train[label], rows) for label, rows in wanted.items())


def _with_fewer_added(
    train: Counts, wanted: Mapping[str, int], most: int
) -> dict[str, int]:
    kept = _kept(train, wanted)
    added, room = sum(wanted.values()) - kept, max(0, most - kept)
    if added <= room:
        return dict(wanted)
    return {
        label: min(train[label], rows) + max(0, rows - train[label]) * room // added
        for label, rows in wanted.items()
    }


def _with_fewer_kept(
    wanted: Mapping[str, int], left: set[str], cap: int
) -> dict[str, int]:
    """Give each class a row, and share out the rest in the ratio of what is wanted."""
    sized = {label: rows for label, rows in wanted.items() if label not in left}
    room = cap - sum(wanted.values()) + sum(sized.values())
    if room < len(sized):
        raise UserError(
            f"strategy.cap_rows is {cap:,}, which leaves {max(0, room):,} rows for the "
            f"{len(sized)} classes that may shrink, and each keeps one at least; raise "
            "it, or leave fewer classes as they are"
        )
    spare, rest = room - len(sized), sum(sized.values()) - len(sized)
    shrunk = {label: 1 + (rows - 1) * spare // rest for label, rows in sized.items()}
    return {**wanted, **shrunk}


def _unreachable(kind: StrategyKind, rows: int, cap: int) -> UserError:
    return UserError(
        f"strategy.cap_rows is {cap:,} and there are {rows:,} training rows, of which "
        f"{kind} drops none; use random_under or smote_under, or raise the cap"
    )


def check_droppable(strategy: Strategy, rows: int) -> None:
    """Refuse a cap below what there is where the strategy may come to drop no row.

    Args:
        strategy: Of a run that finds it by evidence.
        rows: Training rows.

    Raises:
        UserError: They are more than the cap on rows.
    """
    cap = strategy.cap_rows
    if strategy.kind is StrategyKind.EVIDENCE and cap is not None and rows > cap:
        raise UserError(
            f"strategy.cap_rows is {cap:,} and there are {rows:,} training rows, and "
            "evidence may find that it is best to drop none; use random_under or "
            "smote_under, or raise the cap"
        )


def growth_of(strategy: Strategy, rows: int) -> float | None:
    """Tell both caps as growth, which holds for a sample of the rows too.

    Args:
        strategy: Caps, or none.
        rows: Training rows.

    Returns:
        1 or more; None if growth has no limit.
    """
    caps = [
        strategy.max_growth,
        strategy.cap_rows and max(1.0, strategy.cap_rows / rows),
    ]
    return min((cap for cap in caps if cap is not None), default=None)
