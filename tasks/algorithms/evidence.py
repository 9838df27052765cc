"""From a leaderboard to the strategy that balance takes, and to what a passport tells.

How a candidate comes to be recommended is in recommendation.
"""

from schemas.contest import Approach
from schemas.errors import UserError
from schemas.strategy import Strategy, StrategyKind
from schemas.tournament import Contender, Leaderboard, ManifestTournament, Standing
from tasks.algorithms.decide import RESAMPLED

_PUBLISHED_AS = {
    Approach.NONE: StrategyKind.NONE,
    Approach.THRESHOLD: StrategyKind.NONE,
    Approach.WEIGHTS: StrategyKind.WEIGHTS,
    **RESAMPLED,
}
_TO_DO = {
    Approach.THRESHOLD: (
        "The training rows are published as they are: the threshold is moved when a "
        "model trained on them predicts."
    ),
    Approach.RANDOM_UNDER_CORRECTED: (
        "What is recommended includes the correction: turn the probabilities of a "
        "model trained on these rows back by 'evenkeel unbalance'."
    ),
}


def chosen(strategy: Strategy, board: Leaderboard) -> Strategy:
    """Give the strategy that a leaderboard recommends.

    Args:
        strategy: What the user asked for: evidence, with neighbours and caps.
        board: Of a tournament on the training rows.

    Returns:
        The same, its kind and ratio those of the recommended candidate.

    Raises:
        UserError: The sentinel failed: no score can be trusted.
    """
    if board.sentinel and not board.sentinel.passed:
        low, high = board.sentinel.roc_auc.interval
        raise UserError(
            "labels that were shuffled could still be predicted (ROC-AUC "
            f"{board.sentinel.roc_auc.mean:.3f}, interval {low:.3f} to {high:.3f}), so "
            f"no score can be trusted. {' '.join(board.sentinel.suspects)} Mend what "
            "leaks, or name a strategy"
        )
    found = board.recommendation.candidate
    choice = {
        "kind": _PUBLISHED_AS[found.approach],
        "ratio": found.ratio or 1.0,
        "name": found.sampler,
    }
    return strategy.model_copy(update=choice)


def to_do(board: Leaderboard) -> tuple[str, ...]:
    """Say what is left to do that no training row can do."""
    said = _TO_DO.get(board.recommendation.candidate.approach)
    return (said,) if said else ()


def repeatable(board: Leaderboard) -> Leaderboard:
    """Leave out seconds, so that the same tournament gives the same bytes."""
    return board.model_copy(update={"standings": tuple(map(_still, board.standings))})


def _still(standing: Standing) -> Standing:
    kept = {
        name: found
        for name, found in standing.estimates.items()
        if name != "fit_seconds"
    }
    return standing.model_copy(update={"estimates": kept})


def in_brief(board: Leaderboard | None) -> ManifestTournament | None:
    """Tell of a tournament what a passport has room for."""
    if board is None:
        return None
    return ManifestTournament(
        recommendation=board.recommendation,
        metric=board.metric,
        rows=board.rows,
        folds=board.folds,
        repeats=board.repeats,
        level=board.level,
        contenders=tuple(_brief(one, board) for one in board.standings),
        sentinel=board.sentinel,
    )


def _brief(standing: Standing, board: Leaderboard) -> Contender:
    mean, found = standing.estimates.get(board.metric), standing.against_none
    return Contender(
        name=standing.name,
        mean=mean and mean.mean,
        difference=found and found.difference,
        p_holm=found and found.p_holm,
    )
