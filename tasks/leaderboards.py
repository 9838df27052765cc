"""Leaderboards: what all matches come to, found again, and written beside the versions.

How standings and a recommendation follow is in algorithms, where files lie in storage.
"""
# ruff: noqa: PLC0415 - scikit-learn costs seconds, which other stages need not pay

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemas.config import BalanceConfig
from schemas.plan import Schedule
from schemas.survey import Survey
from schemas.tournament import (
    Compared,
    Forfeit,
    Leaderboard,
    MatchResult,
    Sentinel,
)
from schemas.written import Attempt
from tasks.algorithms.identity import comparison_key
from tasks.algorithms.labels import encode
from tasks.algorithms.sides import played_by
from tasks.stage import stage
from tasks.storage import comparisons
from tasks.storage.workspace import dataset_root
from tasks.tournament import arena

if TYPE_CHECKING:
    from tasks.algorithms.tournament import Arena


@stage("find-leaderboard")
def find_leaderboard(config: BalanceConfig, survey: Survey) -> Compared | None:
    """Look whether the same was compared before.

    Args:
        config: What is to be compared, and where results lie.
        survey: What the source holds now.

    Returns:
        What came of it; None if there is work to do.
    """
    root = dataset_root(config.output, survey.name)
    key = comparison_key(config, survey.fingerprint)
    text = comparisons.read_comparison(root, key)
    if text is None:
        return None
    return Compared(
        status="unchanged",
        place=comparisons.comparison_place(root, key),
        leaderboard=Leaderboard.model_validate_json(text),
    )


@stage("rank")
def rank(
    results: Sequence[MatchResult | Forfeit],
    config: BalanceConfig,
    survey: Survey,
    schedule: Schedule,
    attempt: Attempt,
) -> Leaderboard:
    """Say what all matches come to.

    Args:
        results: Of every match of the schedule.
        config: Metric, level, folds and repeats.
        survey: Where the rows came from.
        schedule: What was played, and what was left out.
        attempt: Holds the rows that were compared on.

    Returns:
        The candidates, best first, and a recommendation.
    """
    from tasks.algorithms.classifiers import can_accelerate
    from tasks.algorithms.cost_curves import cost_curves
    from tasks.algorithms.forfeits import played_out
    from tasks.algorithms.match_table import tabulate
    from tasks.algorithms.recommendation import recommend
    from tasks.algorithms.standings import rank_candidates

    asked, played = config.tournament, arena(config, survey, schedule.plan, attempt)
    scored, forfeits = played_out(results)
    table = tabulate(scored, config.evaluation.metric, asked.level)
    standings = rank_candidates(table, cost_curves(scored))
    classes = {item.label: item.kept for item in schedule.plan.classes}
    return Leaderboard(
        dataset=survey.name,
        source=survey.source,
        target=config.target,
        fingerprint=survey.fingerprint,
        minority=played.problem.minority,
        metric=config.evaluation.metric,
        rows=sum(classes.values()),
        classes=classes,
        capped=any(item.dropped for item in schedule.plan.classes),
        folds=asked.folds,
        repeats=asked.repeats,
        level=asked.level,
        standings=standings,
        recommendation=recommend(table, standings),
        sentinel=_sentinel(scored, config, played) if asked.sentinel else None,
        accelerated=played.problem.accelerate
        and any(map(can_accelerate, asked.learners)),
        notes=(*schedule.notes, *forfeits),
    )


def _sentinel(
    results: Sequence[MatchResult], config: BalanceConfig, played: "Arena"
) -> Sentinel:
    """Judge what was learnt from shuffled labels, and look for leaks in the rows."""
    from tasks.algorithms.giveaways import giveaways
    from tasks.algorithms.overlap import across_folds, feature_hashes
    from tasks.algorithms.sentinel import judge
    from tasks.algorithms.suspects import suspects

    rows, problem = played.rows, played.problem
    codes = encode(rows.column(problem.target), problem.labels)
    hashes = feature_hashes(rows, problem.columns)
    found = suspects(
        across_folds(hashes, codes, played.deals[0]),
        giveaways(rows, problem.columns, codes, problem.labels, config.seed),
        folds=True,
    )
    permuted = [one for one in results if one.match.permuted]
    return judge(permuted, played_by(config), found)


@stage("write-leaderboard")
def write_leaderboard(
    config: BalanceConfig, survey: Survey, board: Leaderboard
) -> Compared:
    """Write a leaderboard for people and programs, beside the versions of the dataset.

    Args:
        config: What was compared, and where results lie.
        survey: What the source holds.
        board: What came of it.

    Returns:
        Where it lies.
    """
    root = dataset_root(config.output, survey.name)
    key = comparison_key(config, survey.fingerprint)
    texts = leaderboard_pages(board)
    files = {name: text.encode() for name, text in texts.items()}
    comparisons.write_comparison(root, key, files)
    place = comparisons.comparison_place(root, key)
    return Compared(status="compared", place=place, leaderboard=board)


def leaderboard_pages(board: Leaderboard) -> dict[str, str]:
    """Write a leaderboard in every form that people and programs read.

    Args:
        board: Best first.

    Returns:
        Texts by the names of files.
    """
    from tasks.algorithms.leaderboard_figures import draw
    from tasks.algorithms.leaderboard_page import html, markdown
    from tasks.algorithms.leaderboard_rows import comma_separated

    drawn = draw(board)
    return {
        "leaderboard.html": html(board, drawn),
        "leaderboard.md": markdown(board, drawn),
        "leaderboard.csv": comma_separated(board),
        comparisons.LEADERBOARD: board.model_dump_json(indent=2) + "\n",
    }
