"""The leak sentinel: from labels that were shuffled nothing can be learnt.

Whoever shuffles and learns is in tournament; what else may leak is in overlap and
giveaways, and put into words in suspects.
"""

from collections.abc import Sequence

import numpy as np

from schemas.contest import TournamentConfig
from schemas.tournament import Estimate, MatchResult, Sentinel
from tasks.algorithms.corrected_t import corrected_t

CHANCE = 0.5
_LEVEL = 0.05


def judge(
    results: Sequence[MatchResult],
    config: TournamentConfig,
    suspects: Sequence[str] = (),
) -> Sentinel:
    """Judge whether the way to compare leaks labels, by what was learnt from noise.

    Labels are shuffled before anything else, so whoever predicts them has seen those
    of the validation rows: a resampling before the split, an encoding or a scale that
    was learnt from all labels. What leaks in the data itself, a copy of the target or a
    row that occurs twice, is shuffled as well and does not show here: those suspects
    are looked for one by one.

    The interval is that of the corrected resampled t-test, which allows for folds that
    share training rows. Where each fold shuffles anew it is wider than need be: of
    honest comparisons in 5 folds 3 times one in 2,800 fails, in 5 folds once one in 70.
    That is as it should be, for a failure stops publication.

    Args:
        results: Of matches with permuted labels, one for each fold of each repeat.
        config: Its folds, and whether it names a group.
        suspects: What may leak in the data, of `suspects.suspects`.

    Returns:
        Mean ROC-AUC with its 95 % interval, passed if .5 lies inside. Where fewer than
        two results have an area nothing is known: the interval is 0..1. Suspects are
        those given; if it failed, the comparison itself and its groups as well.
    """
    areas = [one.scores.roc_auc for one in results if one.scores.roc_auc is not None]
    area = _estimate(areas, 1 / (config.folds - 1))
    low, high = area.interval
    passed = low <= CHANCE <= high
    more = () if passed else _of_procedure(config)
    return Sentinel(roc_auc=area, passed=passed, suspects=(*suspects, *more))


def _of_procedure(config: TournamentConfig) -> tuple[str, ...]:
    itself = (
        "The comparison itself: something that learns from labels, such as resampling, "
        "sees validation rows before the split."
    )
    group = (
        "Rows that belong together, such as those of one customer, in several folds: "
        "name the column that tells them apart with --group."
    )
    return (itself,) if config.group else (itself, group)


def _estimate(areas: Sequence[float], overlap: float) -> Estimate:
    if len(areas) < 2:  # noqa: PLR2004 - one has no spread
        return Estimate(mean=CHANCE, interval=(0.0, 1.0))
    found = corrected_t(np.array(areas), overlap, _LEVEL)
    low, high = found.interval
    return Estimate(mean=found.mean, interval=(max(0.0, low), min(1.0, high)))
