"""A tournament: folds are dealt, then every candidate plays in every fold.

Matches are mapped; what they are played on lies in the scratch of an attempt. Which
rows that are is in sampling, what a match is in algorithms.tournament, and what comes
of all of them in leaderboards.
"""
# ruff: noqa: PLC0415 - scikit-learn costs seconds, which other stages need not pay

import time
from typing import TYPE_CHECKING

import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.contest import Approach
from schemas.errors import UserError
from schemas.plan import ResamplePlan, Schedule
from schemas.strategy import Strategy
from schemas.survey import Survey
from schemas.tournament import Forfeit, Match, MatchResult
from schemas.written import Attempt
from tasks.acceleration import accelerates
from tasks.algorithms.arrays import one_chunk
from tasks.algorithms.caps import growth_of
from tasks.algorithms.sides import played_by
from tasks.fitness import check_made
from tasks.sampling import SAMPLE
from tasks.stage import stage
from tasks.storage.outputs import read_folder
from tasks.storage.scratch import keep, kept

if TYPE_CHECKING:
    from tasks.algorithms.contest import Problem
    from tasks.algorithms.learner import Rules
    from tasks.algorithms.tournament import Arena

_ROWS, _FOLDS, _GROUP = "arena-rows", "arena-folds", "group"
_SYNTHETIC = {Approach.SMOTE, Approach.SMOTE_UNDER}


@stage("deal")
def deal_folds(
    config: BalanceConfig, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> Schedule:
    """Part the sampled rows into folds, and say who plays where.

    Args:
        config: Approaches, ratios, learners, folds, repeats, group and seed.
        survey: Roles of the columns.
        plan: Rows of each class.
        attempt: Holds the rows; gets the folds.

    Returns:
        All matches, and what is left out.

    Raises:
        UserError: There are too few rows or groups for so many folds.
    """
    from tasks.algorithms.lineup import left_out, lineup, matches
    from tasks.algorithms.tournament import set_up

    asked, problem = played_by(config), _problem(survey, plan)
    rows = read_folder(attempt, SAMPLE)
    arena = set_up(rows, problem, asked, _rules(config, plan), config.seed)
    keep(attempt, _ROWS, arena.rows.schema, [arena.rows])
    folds = _folds(arena)
    keep(attempt, _FOLDS, folds.schema, [folds])
    unmade = _why_not_made(config, survey)
    counts = {item.label: item.kept for item in plan.classes}
    leave = config.strategy.leave
    candidates = lineup(asked, counts, leave, synthesise=not unmade)
    notes = (*unmade, *left_out(asked, candidates))
    return Schedule(plan=plan, matches=matches(candidates, asked), notes=notes)


def _folds(arena: "Arena") -> pa.Table:
    dealt = {str(repeat): pa.array(one) for repeat, one in enumerate(arena.deals)}
    grouped = {} if arena.groups is None else {_GROUP: pa.array(arena.groups)}
    return pa.table({**dealt, **grouped})


def _why_not_made(config: BalanceConfig, survey: Survey) -> tuple[str, ...]:
    """Say why no rows can be made, where balance would refuse to; else nothing."""
    asked = config.tournament
    if not (_SYNTHETIC & set(asked.approaches) or asked.samplers):
        return ()
    try:
        check_made(survey)
    except UserError as error:
        return (f"No synthetic rows were tried: {error}.",)
    return ()


def _run_name() -> str:
    from prefect import runtime

    match = runtime.task_run.parameters["match"]
    one, fold = match.candidate, match.fold
    ratio = "" if one.ratio is None else f" {one.ratio:g}"
    labels = ", labels permuted" if match.permuted else ""
    where = f"repeat {fold.repeat}, fold {fold.fold}"
    return f"{one.approach}{ratio}, {one.learner}: {where}{labels}"


@stage("play", run_name=_run_name)
def play_match(
    match: Match,
    config: BalanceConfig,
    survey: Survey,
    plan: ResamplePlan,
    attempt: Attempt,
) -> MatchResult | Forfeit:
    """Fit a candidate on the training rows of a fold and score it on the rest.

    Args:
        match: Candidate and fold.
        config: Metric, trees, neighbours, costs and seed.
        survey: Roles of the columns.
        plan: Labels.
        attempt: Holds the rows and the folds.

    Returns:
        The scores; that it forfeits where it is a sampler that cannot work on the rows.

    Raises:
        UserError: There is no feature, or the learner's package is not installed.
    """
    from tasks.algorithms.tournament import play

    played = arena(config, survey, plan, attempt)
    try:
        return play(match, played, time.thread_time)
    except UserError as error:
        if match.candidate.approach is not Approach.SAMPLER:
            raise
        return Forfeit(match=match, reason=str(error))


def arena(
    config: BalanceConfig, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> "Arena":
    """Map what matches are played on.

    Args:
        config: As for play_match.
        survey: Roles of the columns.
        plan: Labels.
        attempt: Holds the rows and the folds, once they are dealt.

    Returns:
        Rows, folds and rules.
    """
    from tasks.algorithms.tournament import Arena, only_seen

    folds = kept(attempt, _FOLDS)
    numbers = {
        name: one_chunk(folds.column(name)).to_numpy() for name in folds.schema.names
    }
    return Arena(
        rows=kept(attempt, _ROWS),
        problem=only_seen(_problem(survey, plan), played_by(config).group),
        deals=tuple(numbers[str(one)] for one in range(config.tournament.repeats)),
        groups=numbers.get(_GROUP),
        rules=_rules(config, plan),
        seed=config.seed,
    )


def _problem(survey: Survey, plan: ResamplePlan) -> "Problem":
    from tasks.algorithms.contest import Problem

    rarest = min(plan.classes, key=lambda item: item.kept)
    return Problem(
        target=plan.target,
        labels=tuple(item.label for item in plan.classes),
        minority=rarest.label,
        columns=survey.columns,
        accelerate=accelerates(),
    )


def _rules(config: BalanceConfig, plan: ResamplePlan) -> "Rules":
    from tasks.algorithms.learner import Rules

    asked = config.strategy
    return Rules(
        metric=config.evaluation.metric,
        trees=config.evaluation.trees,
        encoding=config.evaluation.encoding,
        strategy=Strategy(
            k_neighbors=asked.k_neighbors,
            standardize=asked.standardize,
            max_growth=growth_of(asked, plan.before.rows),
            leave=asked.leave,
        ),
        cost_fp=config.tournament.cost_fp,
        cost_fn=config.tournament.cost_fn,
    )
