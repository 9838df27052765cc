"""Samplers by name: training rows in memory → which are kept, and what is made of them.

How one is run is in algorithms.resampled. Rows that are kept are then written by
resampling, in routes' words, and those that were made by synthesis.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.plan import ClassPlan, ResamplePlan
from schemas.survey import Column, Survey
from schemas.written import Attempt
from tasks.algorithms.arrays import one_chunk
from tasks.algorithms.bounds import bounded_in_made, judge
from tasks.algorithms.columns import free_name, source_schema
from tasks.algorithms.distances import Positions
from tasks.algorithms.labels import encode
from tasks.algorithms.routing import route
from tasks.algorithms.settling import Told, settle, told
from tasks.algorithms.sides import deciding
from tasks.fitness import check_made
from tasks.guarding import numbers_at_most
from tasks.planning import diagnose_after, samples
from tasks.reading import source_rows
from tasks.routes import TIMES
from tasks.stage import stage
from tasks.storage.scratch import keep, kept

if TYPE_CHECKING:
    from tasks.algorithms.resampled import Resampled

PARENT = "evenkeel_parent"


def check_samplers(names: Sequence[str]) -> None:
    """Refuse names of samplers that there are not.

    Args:
        names: Of the samplers of a tournament.

    Raises:
        UserError: There is none of that name.
    """
    if names:
        from tasks.algorithms.samplers import find_sampler  # noqa: PLC0415 - a second

        for name in names:
            find_sampler(name)


def sampler_rows(attempt: Attempt, code: int) -> tuple[pa.Table, pa.Array]:
    """Map the rows of a class that a sampler made.

    Args:
        attempt: Holds them.
        code: Of a class that has any.

    Returns:
        Rows in the source's schema, and the ordinal of the parent of each, null where
        the sampler does not tell it.
    """
    table = kept(attempt, _made(code))
    last = table.num_columns - 1
    return table.remove_column(last), one_chunk(table.column(last))


def _made(code: int) -> str:
    return f"sampler-made-{code:05d}"


def _run_name() -> str:
    from prefect import runtime  # noqa: PLC0415 - Prefect alone calls this

    return f"sample by {runtime.task_run.parameters['plan'].sampler.name}"


@stage("sample-by-name", run_name=_run_name)
def run_sampler(
    config: BalanceConfig, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> ResamplePlan:
    """Run the sampler of a plan on all training rows, and count what comes of it.

    Args:
        config: Evaluation.
        survey: Where rows lie, and the roles of the columns.
        plan: Names the sampler; keeps all training rows.
        attempt: Gets which rows are kept, and those that were made.

    Returns:
        The plan with exact counts for each class.

    Raises:
        UserError: The sampler cannot work on these rows, they are too many, or what it
            made fails the feature schema.
    """
    from tasks.algorithms.resampled import Task, resample  # noqa: PLC0415 - see planning

    if plan.sampler is None:
        raise ValueError("the plan has no sampler")
    rows, ordinals = _training_rows(survey, plan)
    task = Task(
        use=plan.sampler,
        target=plan.target,
        labels=tuple(item.label for item in plan.classes),
        columns=_used(survey),
        seed=plan.seed,
        standardize=plan.standardize,
        most=numbers_at_most(),
    )
    found = resample(rows, task)
    if len(found.codes):
        check_made(survey)
        _check_bounds(found.made, survey, plan.sampler.name)
    _keep_times(found, ordinals, survey, attempt)
    _keep_made(found, ordinals, survey, attempt)
    codes = encode(rows.column(plan.target), task.labels)
    classes = settle(plan.classes, codes, found)
    return _settled(config, plan, classes, told(plan.sampler, found))


def _settled(
    config: BalanceConfig, plan: ResamplePlan, classes: tuple[ClassPlan, ...], ran: Told
) -> ResamplePlan:
    notes = (*plan.decision.notes, *ran.notes)
    decision = plan.decision.model_copy(update={"notes": notes})
    chosen = samples(config, decision, classes)
    if any(item.synthetic for item in classes):
        # What descends from rows that were spared would have to be left out with them.
        chosen = chosen.model_copy(update={"spared": 0})
    return plan.model_copy(
        update={
            "sampler": ran.use,
            "decision": decision,
            "after": diagnose_after(classes),
            "classes": classes,
            "samples": chosen,
        }
    )


def _used(survey: Survey) -> tuple[Column, ...]:
    """List the columns that a sampler sees, the target, and what rows count for."""
    return tuple(one for one in survey.columns if one.role not in {"key", "ignore"})


def _training_rows(survey: Survey, plan: ResamplePlan) -> tuple[pa.Table, Positions]:
    """Gather what is neither held out nor rejected, in the order of the source."""
    names = [column.name for column in _used(survey)]
    needed = {*names, *deciding(plan.target, plan.key, plan.split)}
    read = [column.name for column in survey.columns if column.name in needed]
    tables, ordinals = [], []
    for first, table in source_rows(survey, read):
        kept = route(table, first, plan).times > 0
        tables.append(table.filter(pa.array(kept)).select(names))
        ordinals.append(first + np.flatnonzero(kept))
    return pa.concat_tables(tables), np.concatenate(ordinals)


def _check_bounds(made: pa.Table, survey: Survey, name: str) -> None:
    """Refuse rows that fail the feature schema: a sampler draws none of them again."""
    verdict = judge(made, bounded_in_made(survey.columns))
    failed = int(verdict.unfit.sum())
    if failed:
        raise UserError(
            f"{failed:,} of {made.num_rows:,} rows that {name} made fail the feature "
            f"schema, one because {verdict.reasons[verdict.first.max()]}; use strategy "
            "smote, which draws such rows again, or loosen the schema"
        )


def _keep_times(
    found: "Resampled", ordinals: Positions, survey: Survey, attempt: Attempt
) -> None:
    times = np.zeros(survey.rows, np.int32)
    times[ordinals] = found.times
    table = pa.table({TIMES: times})
    keep(attempt, TIMES, table.schema, [table])


def _keep_made(
    found: "Resampled", ordinals: Positions, survey: Survey, attempt: Attempt
) -> None:
    """Keep aside what was made, with all columns of the source, and its parents."""
    schema = source_schema(survey)
    parents = pa.array(ordinals[found.parents], mask=found.parents < 0)
    columns = [
        found.made.column(field.name)
        if field.name in found.made.column_names
        else pa.nulls(found.made.num_rows, field.type)
        for field in schema
    ]
    whole = pa.table(columns, schema=schema).append_column(
        free_name(schema, PARENT), parents
    )
    for code in np.unique(found.codes).tolist():
        mine = whole.filter(pa.array(found.codes == code))
        keep(attempt, _made(code), mine.schema, [mine])
