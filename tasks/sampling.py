"""Sampling: which training rows a tournament is played on, gathered for it.

No row that balance holds out is among them. How they are played on is in tournament.
"""

from schemas.config import BalanceConfig
from schemas.plan import Decision, ResamplePlan
from schemas.strategy import StrategyKind
from schemas.survey import Survey
from schemas.written import Attempt, Shard
from tasks.algorithms.breadth import check_comparable
from tasks.algorithms.caps import check_droppable
from tasks.algorithms.identity import comparison_key
from tasks.algorithms.imbalance import diagnose
from tasks.algorithms.plan import allocate, check_names
from tasks.algorithms.routing import route
from tasks.algorithms.sides import played_by
from tasks.algorithms.stratify import stratified
from tasks.fitness import check_key
from tasks.guarding import check_comparison_memory
from tasks.reading import source_rows
from tasks.samplers import check_samplers
from tasks.splitting import held_out, with_limit, with_thresholds
from tasks.stage import stage
from tasks.storage.commits import SCRATCH
from tasks.storage.outputs import Outputs

SAMPLE = f"{SCRATCH}/sample"


@stage("plan-comparison")
def plan_comparison(config: BalanceConfig, survey: Survey) -> ResamplePlan:
    """Decide which training rows are compared on: the first by their hashes.

    Args:
        config: Holdout, split, key, seed, and the most rows of a tournament.
        survey: Of the same config.

    Returns:
        A plan that holds out what balance holds out, keeps the sample and drops the
        rest.

    Raises:
        UserError: There is no sampler of a name, the key is no key, the split leaves a
            side without rows, a cap or a class to leave does not fit, there are too
            many classes, or so many rows need more memory than there is.
    """
    check_comparable(len(survey.counts))
    check_samplers(config.tournament.samplers)
    if config.key:
        check_key(config, survey)
    held, asked = held_out(config, survey), config.tournament
    train = {label: rows - held.rows[label] for label, rows in survey.counts.items()}
    check_names(config.strategy.leave, train, "strategy.leave")
    check_droppable(config.strategy, sum(train.values()))
    sizes = stratified(train, asked.max_rows, asked.folds)
    check_comparison_memory(config, survey, sizes)
    planned = allocate(survey.counts, held.rows, StrategyKind.NONE, sizes, 0)
    return ResamplePlan(
        run_key=comparison_key(config, survey.fingerprint),
        seed=config.seed,
        target=config.target,
        key=config.key,
        split=config.split,
        standardize=config.strategy.standardize,
        decision=Decision(
            strategy=StrategyKind.NONE, reason="Strategies are compared on a sample."
        ),
        before=diagnose(list(train.values())),
        after=diagnose(list(sizes.values())),
        classes=with_thresholds(config, survey, with_limit(planned, held)),
    )


@stage("sample", run_name="sample {shard.start}-{shard.stop}")
def gather_sample(
    shard: Shard,
    config: BalanceConfig,
    survey: Survey,
    plan: ResamplePlan,
    attempt: Attempt,
) -> int:
    """Keep aside those rows of a shard that are compared on.

    Args:
        shard: Rows to read.
        config: Names group and split.
        survey: Where they lie.
        plan: Which are compared on.
        attempt: Where they are written.

    Returns:
        How many they are.
    """
    found = 0
    names = [c.name for c in survey.columns if _is_read(c.name, c.role, config)]
    with Outputs(attempt, f"part-{shard.start:015d}") as outputs:
        for first, table in source_rows(survey, names, shard.start, shard.stop):
            kept = route(table, first, plan).times > 0
            outputs.write(SAMPLE, table.filter(kept))
            found += int(kept.sum())
    return found


def _is_read(name: str, role: str, config: BalanceConfig) -> bool:
    asked = {played_by(config).group, config.split.column}
    return role != "ignore" or name in asked
