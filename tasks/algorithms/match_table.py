"""Results of a tournament, fold by fold. What they come to is in standings."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from schemas.evaluation import Metric
from schemas.scores import Scores
from schemas.tournament import Candidate, MatchResult
from tasks.algorithms.corrected_t import Mean, corrected_t
from tasks.algorithms.measures import gain_sign

Floats = npt.NDArray[np.float64]
Measures = Mapping[str, Floats]

_BESIDE_SCORES = (
    "calibration_intercept",
    "calibration_slope",
    "expected_calibration_error",
    "threshold",
    "cost",
    "fit_seconds",
    "train_rows",
)


class MatchTable(NamedTuple):
    """What was measured of each candidate in the same J folds, in one order."""

    measures: Mapping[Candidate, Measures]
    """By name, shape (J,); NaN where undefined."""
    overlap: float
    """Validation rows to training rows of a fold, before anything is resampled."""
    metric: Metric
    """The primary one."""
    level: float
    """Of every test; intervals have confidence 1 - level."""


def tabulate(
    results: Sequence[MatchResult], metric: Metric, level: float
) -> MatchTable:
    """Line up results so that candidates can be compared fold by fold.

    Args:
        results: In any order; those of permuted labels are left out.
        metric: The primary one, in which candidates are ranked.
        level: Of the tests to come.

    Returns:
        All measures and ranks of each candidate, in the order of first results.

    Raises:
        ValueError: Nothing to line up, or a candidate was not tried in the same folds
            as another, once in each.
    """
    found: dict[Candidate, list[MatchResult]] = {}
    for result in results:
        if not result.match.permuted:
            found.setdefault(result.match.candidate, []).append(result)
    lines = {one: sorted(own, key=fold_order) for one, own in found.items()}
    _check_folds(lines)
    measures = {one: _measures(own) for one, own in lines.items()}
    ranks = _ranks([own[metric] for own in measures.values()], metric)
    return MatchTable(
        {
            one: {**own, "rank": rank}
            for (one, own), rank in zip(measures.items(), ranks, strict=True)
        },
        _overlap(next(iter(lines.values()))),
        metric,
        level,
    )


def advantage(
    table: MatchTable, one: Candidate, other: Candidate, measure: str
) -> Mean | None:
    """Test how much better one candidate is than another, fold by fold.

    Args:
        table: Of both.
        one: The one that may be better.
        other: What it is compared with.
        measure: What is compared.

    Returns:
        Positive where the one is better, also where less is better; None if the
        measure is undefined in a fold of either.
    """
    of_one, of_other = (table.measures[each][measure] for each in (one, other))
    gains = gain_sign(measure) * (of_one - of_other)
    if not np.isfinite(gains).all():
        return None
    return corrected_t(gains, table.overlap, table.level)


def fold_order(result: MatchResult) -> tuple[int, int]:
    """Tell where the fold of a result comes among all folds."""
    return result.match.fold.repeat, result.match.fold.fold


def _check_folds(lines: Mapping[Candidate, Sequence[MatchResult]]) -> None:
    folds = {tuple(map(fold_order, own)) for own in lines.values()}
    if len(folds) != 1:
        raise ValueError(f"candidates must share their folds: {sorted(folds)}")
    (shared,) = folds
    if len(set(shared)) != len(shared):
        raise ValueError(f"a candidate meets each fold once: {shared}")


def _measures(results: Sequence[MatchResult]) -> dict[str, Floats]:
    columns = {
        name: [getattr(one.scores, name) for one in results]
        for name in Scores.model_fields
    } | {name: [getattr(one, name) for one in results] for name in _BESIDE_SCORES}
    return {name: np.array(column, np.float64) for name, column in columns.items()}


def _ranks(scores: Sequence[Floats], metric: Metric) -> Floats:
    """Rank candidates within each fold, 1 the best; ties share their mean rank."""
    turned = -gain_sign(metric) * np.stack(scores)
    ranks: Floats = rankdata(turned, axis=0, nan_policy="propagate")
    return ranks


def _overlap(results: Sequence[MatchResult]) -> float:
    """Average over folds; the validation rows of a repeat are all rows there are."""
    repeats = len({one.match.fold.repeat for one in results})
    rows = sum(one.validation_rows for one in results) / repeats
    return float(
        np.mean([one.validation_rows / (rows - one.validation_rows) for one in results])
    )
