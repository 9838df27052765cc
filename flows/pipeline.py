"""The page that composes the stages of balance, for any runner. No logic of its own."""

from flows.comparison import tournament_if_asked
from schemas.config import BalanceConfig
from schemas.plan import ResamplePlan
from schemas.records import Evidence, Outcome, Published
from schemas.survey import Survey
from schemas.written import Attempt
from tasks.algorithms.calibration import correction_for
from tasks.algorithms.columns import source_schema
from tasks.algorithms.nulls import with_nulls
from tasks.algorithms.oddities import total
from tasks.algorithms.patterns import spelled_out
from tasks.credentials import with_credentials
from tasks.evaluation import evaluate_balance
from tasks.inspecting import inspect_rows
from tasks.planning import plan_resampling
from tasks.published import find_held_back, find_published, measure_drift
from tasks.publishing import begin_attempt, discarded_on_error, publish
from tasks.reporting import write_report
from tasks.resampling import resample_shard
from tasks.running import Runner
from tasks.samplers import run_sampler
from tasks.searching import search_neighbours, searched
from tasks.storage.shards import shards
from tasks.storage.workspace import dataset_root
from tasks.survey import survey_source
from tasks.sweeping import sweep_leftovers
from tasks.synthesis import parts, redrawn_rows, synthesise_part
from tasks.verification import verify


@with_credentials
def balance_dataset(
    config: BalanceConfig, run: Runner, *, force: bool = False
) -> Outcome:
    """Balance one dataset: survey, plan, resample, evaluate, report, verify, publish.

    Args:
        config: What is asked for.
        run: Calls the stages, directly or as Prefect task runs.
        force: Make the version anew even if it is published already.

    Returns:
        The version that is published now, or the one that is held back.

    Raises:
        UserError: The person who wrote the config or the data can mend it.
    """
    survey = run(survey_source, config)
    config = spelled_out(config, source_schema(survey))
    root = dataset_root(config.output, survey.name)
    run(sweep_leftovers, root)
    published = run(find_published, config, survey)
    if (done := _done(published, root)) and not force:
        return done
    held_back = run(find_held_back, config, survey, published)
    if held_back and not force:
        return held_back
    board = tournament_if_asked(config, survey, run)
    plan = run(plan_resampling, config, survey, board)
    survey = with_nulls(survey, plan)
    attempt = run(begin_attempt, config, survey, plan, published.version)
    with discarded_on_error(attempt):
        plan = _sampled(config, survey, plan, attempt, run)
        rows = shards(survey.rows, source_schema(survey))
        real = run.map(resample_shard, rows, survey, plan, attempt)
        searches = run.map(search_neighbours, searched(plan), survey, plan, attempt)
        made = run.map(synthesise_part, parts(plan, survey), survey, plan, attempt)
        evidence = Evidence(
            config=config,
            survey=survey,
            plan=plan,
            redrawn=redrawn_rows(made),
            evaluation=run(evaluate_balance, config, survey, plan, attempt),
            findings=run(inspect_rows, config, survey, plan, attempt),
            correction=correction_for(plan.decision.strategy, plan.weight_column),
            searches=tuple(searches),
            drift=run(measure_drift, config, survey, published),
            leaderboard=board,
            odd_numbers=total(odd for result in real for odd in result.odd_numbers),
        )
        report = run(write_report, evidence, attempt)
        files = [*(entry for one in (*real, *made) for entry in one.files), *report]
        checks = run(verify, survey, plan, attempt, real, files)
        return run(publish, evidence, attempt, files, checks)


def _sampled(
    config: BalanceConfig,
    survey: Survey,
    plan: ResamplePlan,
    attempt: Attempt,
    run: Runner,
) -> ResamplePlan:
    """Have a sampler choose and make rows, if the plan names one."""
    if plan.sampler is None:
        return plan
    return run(run_sampler, config, survey, plan, attempt)


def _done(published: Published, root: str) -> Outcome | None:
    """Tell that there is nothing to do, if what the run would make is there or was."""
    if published.unchanged:
        return Outcome(status="unchanged", root=root, manifest=published.unchanged)
    if published.rolled_back:
        return Outcome(status="rolled back", root=root, manifest=published.rolled_back)
    return None
