"""Samplers that cannot work on some fold: all others play on without them.

That a candidate plays at all is for lineup to say.
"""

from collections.abc import Sequence

from schemas.tournament import Forfeit, MatchResult
from tasks.algorithms.contenders import contender


def played_out(
    results: Sequence[MatchResult | Forfeit],
) -> tuple[tuple[MatchResult, ...], tuple[str, ...]]:
    """Leave out all matches of a candidate that forfeits one, and say why.

    Args:
        results: Of every match of a tournament.

    Returns:
        The results of those that played in every fold; and a sentence for each other
        candidate, with what it met first.
    """
    forfeits: dict[str, Forfeit] = {}
    for one in results:
        if isinstance(one, Forfeit):
            forfeits.setdefault(contender(one.match.candidate), one)
    left = tuple(
        one
        for one in results
        if isinstance(one, MatchResult)
        and contender(one.match.candidate) not in forfeits
    )
    return left, tuple(_told(name, one) for name, one in forfeits.items())


def _told(name: str, forfeit: Forfeit) -> str:
    fold = forfeit.match.fold
    return (
        f"Left out: {name}. In fold {fold.fold + 1} of repeat {fold.repeat + 1} "
        f"{forfeit.reason}."
    )
