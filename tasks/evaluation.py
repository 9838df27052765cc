"""Evaluation: as-is against balanced on the untouched holdout, on bounded samples.

Models and scores are in algorithms; the samples were kept aside by earlier stages.
"""

import logging

from schemas.config import BalanceConfig
from schemas.plan import ResamplePlan
from schemas.splits import SplitKind
from schemas.survey import Survey
from schemas.verdict import Evaluation
from schemas.written import Attempt
from tasks.acceleration import accelerates
from tasks.algorithms.columns import source_schema
from tasks.algorithms.selection import EVERYTHING
from tasks.algorithms.sparing import spared_column
from tasks.stage import stage
from tasks.storage.commits import SCRATCH
from tasks.storage.outputs import read_folder

logger = logging.getLogger(__name__)


@stage("evaluate")
def evaluate_balance(
    config: BalanceConfig, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> Evaluation | None:
    """Train on the data as it was and as balanced; score both on the same holdout.

    Args:
        config: Evaluator, metric, resamples, confidence and seed.
        survey: Roles of the columns.
        plan: Labels of the classes.
        attempt: Holds the samples.

    Returns:
        Scores, difference and verdict; None when switched off or nothing is held out.
    """
    samples = plan.samples
    held_out = sum(item.holdout for item in plan.classes)
    if not samples.asis or not held_out:  # nothing was kept aside for this
        return None
    # scikit-learn costs seconds, which a run that ends before need not pay.
    from tasks.algorithms import contest, evaluate  # noqa: PLC0415 - see above

    tables = contest.Tables(
        asis=read_folder(attempt, f"{SCRATCH}/asis"),
        balanced=read_folder(attempt, f"{SCRATCH}/balanced"),
        holdout=read_folder(attempt, f"{SCRATCH}/holdout"),
        capped=min(samples.asis, samples.balanced, samples.holdout) < EVERYTHING,
    )
    problem = contest.Problem(
        target=plan.target,
        labels=tuple(item.label for item in plan.classes),
        minority=minority(plan),
        columns=survey.columns,
        accelerate=accelerates(),
        weights=tuple(item.weight for item in plan.classes)
        if plan.weight_column
        else None,
        before=()
        if plan.sampler and not samples.spared  # neither remedy would be right
        else tuple(item.kept + item.dropped for item in plan.classes),
        after=tuple(item.train for item in plan.classes),
        spared=spared_column(source_schema(survey)) if samples.spared else None,
        group=plan.split.column if plan.split.kind is SplitKind.GROUP else None,
    )
    try:
        return evaluate.evaluate(config.evaluation, problem, tables, config.seed)
    except contest.NotComparableError as error:
        logger.warning("not evaluated: %s", error)
        return None


def minority(plan: ResamplePlan) -> str:
    """Name the smallest class that has holdout rows to be judged on."""
    judged = [item for item in plan.classes if item.holdout]
    return min(judged, key=lambda item: item.source).label
