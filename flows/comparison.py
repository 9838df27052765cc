"""The page that composes the stages of compare, for any runner. No logic of its own."""

from schemas.config import BalanceConfig
from schemas.strategy import StrategyKind
from schemas.survey import Survey
from schemas.tournament import Compared, Leaderboard
from tasks.algorithms.columns import source_schema
from tasks.algorithms.evidence import repeatable
from tasks.algorithms.patterns import spelled_out
from tasks.credentials import with_credentials
from tasks.leaderboards import find_leaderboard, rank, write_leaderboard
from tasks.publishing import begin_attempt, discarded
from tasks.running import Runner
from tasks.sampling import gather_sample, plan_comparison
from tasks.storage.shards import shards
from tasks.storage.workspace import dataset_root
from tasks.survey import survey_source
from tasks.sweeping import sweep_leftovers
from tasks.tournament import deal_folds, play_match


@with_credentials
def compare_dataset(config: BalanceConfig, run: Runner) -> Compared:
    """Compare strategies on one dataset, unless the same was compared before.

    Args:
        config: What is compared, on what, and where results go.
        run: Calls the stages, directly or as Prefect task runs.

    Returns:
        The leaderboard, and where it lies.

    Raises:
        UserError: The person who wrote the config or the data can mend it.
    """
    survey = run(survey_source, config)
    config = spelled_out(config, source_schema(survey))
    run(sweep_leftovers, dataset_root(config.output, survey.name))
    if known := run(find_leaderboard, config, survey):
        return known
    board = hold_tournament(config, survey, run)
    return run(write_leaderboard, config, survey, board)


def tournament_if_asked(
    config: BalanceConfig, survey: Survey, run: Runner
) -> Leaderboard | None:
    """Hold a tournament if a version is to rest on one.

    Args:
        config: Strategy, and what is compared.
        survey: Of the same config.
        run: Calls the stages.

    Returns:
        The leaderboard without seconds, for a version repeats byte for byte; None
        unless the strategy is evidence.
    """
    if config.strategy.kind is not StrategyKind.EVIDENCE:
        return None
    return repeatable(hold_tournament(config, survey, run))


def hold_tournament(config: BalanceConfig, survey: Survey, run: Runner) -> Leaderboard:
    """Compare strategies on training rows: sample, deal, play, rank.

    Args:
        config: What is compared, and by what it is judged.
        survey: Of the same config.
        run: Calls the stages, directly or as Prefect task runs.

    Returns:
        The leaderboard; of all else nothing is left.

    Raises:
        UserError: The person who wrote the config or the data can mend it.
    """
    plan = run(plan_comparison, config, survey)
    attempt = run(begin_attempt, config, survey, plan, None)
    with discarded(attempt):
        rows = shards(survey.rows, source_schema(survey))
        run.map(gather_sample, rows, config, survey, plan, attempt)
        schedule = run(deal_folds, config, survey, plan, attempt)
        results = run.map(play_match, schedule.matches, config, survey, plan, attempt)
        return run(rank, results, config, survey, schedule, attempt)
