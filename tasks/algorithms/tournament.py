"""Matches: a candidate in a fold, fitted on its training rows and scored on the others.

Who plays is in lineup, where in folds, how one is fitted in fitting. What follows from
all matches is in standings and recommendation.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.contest import TournamentConfig
from schemas.tournament import Fold, Match, MatchResult
from tasks.algorithms import costs, metrics, recalibration
from tasks.algorithms.contest import Problem
from tasks.algorithms.fitting import Answer, Sides, fit
from tasks.algorithms.folds import Deal, Groups, deal, group_codes, shuffled
from tasks.algorithms.infold import class_rows
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.learner import Rules
from tasks.algorithms.lineup import lineup, matches
from tasks.algorithms.selection import draws

Clock = Callable[[], float]
"""Reads seconds; only their differences count."""

_STREAM = 1_000  # of random words, beyond those of the classes


@dataclass(frozen=True, eq=False)
class Arena:
    """What matches are played on."""

    rows: pa.Table
    """Those that are compared on; each has a label."""
    problem: Problem
    """With the role of every column of the rows."""
    deals: tuple[Deal, ...]
    """For each repeat the fold of each row."""
    groups: Groups | None
    """Which rows belong together."""
    rules: Rules
    seed: int
    """Same rows, rules and seed: same results, in any order, but for seconds."""


def set_up(
    rows: pa.Table,
    problem: Problem,
    config: TournamentConfig,
    rules: Rules,
    seed: int,
) -> Arena:
    """Part rows into folds, and leave out the columns that no model may see.

    Args:
        rows: Each has a label.
        problem: With the role of every column, and perhaps of others.
        config: Folds, repeats and group.
        rules: What all candidates have in common.
        seed: 0 <= seed < 2**63.

    Returns:
        What matches are played on.

    Raises:
        UserError: There are too few rows or groups for so many folds.
    """
    codes = encode(rows.column(problem.target), problem.labels)
    groups = None if config.group is None else group_codes(rows.column(config.group))
    deals = deal(codes, groups, config.folds, config.repeats, seed)
    seen = only_seen(problem, config.group)
    return Arena(
        rows.select([column.name for column in seen.columns]),
        seen,
        deals,
        groups,
        rules,
        seed,
    )


def only_seen(problem: Problem, group: str | None) -> Problem:
    """Leave out the columns that no model may see, the group's as well."""
    hidden = {"key", "ignore"}
    return replace(
        problem,
        columns=tuple(
            column
            for column in problem.columns
            if column.role not in hidden and column.name != group
        ),
    )


def compete(
    arena: Arena, config: TournamentConfig, clock: Clock
) -> tuple[MatchResult, ...]:
    """Play a whole tournament in memory, one match after the other.

    Args:
        arena: Of ``set_up``, by the same config.
        config: Approaches, ratios, learners, folds, repeats and sentinel.
        clock: Such as ``time.thread_time``.

    Returns:
        A result for each match, in the order of ``lineup.matches``.

    Raises:
        UserError: There is no feature, or a learner's package is not installed.
    """
    candidates = lineup(
        config, class_rows(arena.rows, arena.problem), arena.rules.strategy.leave
    )
    return tuple(play(match, arena, clock) for match in matches(candidates, config))


def play(match: Match, arena: Arena, clock: Clock) -> MatchResult:
    """Fit a candidate on the training rows of a fold and score it on the rest.

    Args:
        match: Candidate and fold; if permuted, labels are shuffled before all else.
        arena: What is played on.
        clock: Measures what resampling, fitting and predicting take.

    Returns:
        The scores.

    Raises:
        UserError: No feature columns, or the learner's package is not installed.
    """
    seed = seed_of(match.fold, arena.seed)
    sides = _sides(match, arena, seed)
    began = clock()
    answer = fit(match.candidate, sides, arena.problem, arena.rules, seed)
    seconds = clock() - began
    y = encode(sides.validation.column(arena.problem.target), arena.problem.labels)
    return judge(match, answer, y, arena, seconds)


def seed_of(fold: Fold, seed: int) -> int:
    """Give a fold a seed of its own, the same for all candidates.

    Args:
        fold: Repeat and fold.
        seed: Of the tournament.

    Returns:
        0 <= seed < 2**63.
    """
    word = draws(seed, _STREAM + fold.repeat, fold.fold, fold.fold + 1)[0]
    return int(word >> np.uint64(1))


def _sides(match: Match, arena: Arena, seed: int) -> Sides:
    dealt = arena.deals[match.fold.repeat]
    rows = arena.rows
    if match.permuted:
        rows = _permuted(rows, arena.problem.target, shuffled(dealt, seed))
    validation = dealt == match.fold.fold
    return Sides(
        rows.filter(pa.array(~validation)),
        rows.filter(pa.array(validation)),
        None if arena.groups is None else arena.groups[~validation],
    )


def _permuted(rows: pa.Table, target: str, places: npt.NDArray[np.intp]) -> pa.Table:
    at = rows.schema.get_field_index(target)
    labels = rows.column(at).take(pa.array(places))
    return rows.set_column(at, rows.schema.field(at), labels)


def judge(
    match: Match, answer: Answer, y: Codes, arena: Arena, seconds: float
) -> MatchResult:
    """Score what a candidate said of the validation rows.

    Args:
        match: Who said it, and where.
        answer: What was said.
        y: True classes.
        arena: Minority class and costs.
        seconds: What it took.

    Returns:
        All scores.
    """
    minority = arena.problem.labels.index(arena.problem.minority)
    probabilities, predicted = answer.prediction
    happened, expected = y == minority, probabilities[:, minority]
    found = MatchResult(
        match=match,
        train_rows=answer.train_rows,
        validation_rows=len(y),
        fit_seconds=seconds,
        scores=metrics.scores(y, probabilities, predicted),
        calibration_intercept=recalibration.intercept(happened, expected),
        calibration_slope=recalibration.slope(happened, expected),
        expected_calibration_error=recalibration.expected_error(happened, expected),
        threshold=answer.threshold,
    )
    fp, fn = arena.rules.cost_fp, arena.rules.cost_fn
    if fp is None or fn is None:
        return found
    priced = {
        "cost": costs.cost(happened, predicted == minority, fp, fn),
        "cost_curve": costs.cost_curve(happened, expected),
    }
    return found.model_copy(update=priced)
