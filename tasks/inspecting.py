"""Inspecting: samples and synthetic rows → what is doubtful about them.

How it is found is in algorithms; nothing that is found changes a row.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.findings import Findings, Memorisation, Overlap, Rarity
from schemas.plan import ResamplePlan
from schemas.splits import SplitKind
from schemas.survey import Column, Survey
from schemas.written import Attempt
from tasks.algorithms.idle import idle
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.memorisation import LOOKED_AT, Rows, memorisation
from tasks.algorithms.overlap import across_holdout, feature_hashes
from tasks.algorithms.rarity import rarities
from tasks.algorithms.redraw import make
from tasks.algorithms.selection import EVERYTHING
from tasks.samplers import sampler_rows
from tasks.searching import prepared, synthesised
from tasks.stage import stage
from tasks.storage.commits import SCRATCH
from tasks.storage.outputs import read_folder


class _Sample(NamedTuple):
    """Rows as they were, which the evaluation learns from or judges on."""

    table: pa.Table
    codes: Codes


@stage("inspect")
def inspect_rows(
    config: BalanceConfig, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> Findings | None:
    """Look for leaks, copies and classes that are too rare to be judged.

    Rows are those that the evaluation samples, evaluation.max_rows of each side at
    most, so memory is bounded, and no row is read once more for this. Synthetic rows
    are compared with all training rows of their class.

    Args:
        config: Evaluation, holdout and seed.
        survey: Roles of the columns.
        plan: Classes and samples.
        attempt: Holds the samples, and the donors of synthetic rows.

    Returns:
        What was found; None when nothing is evaluated, or nothing is held out.
    """
    held_out = sum(item.holdout for item in plan.classes)
    if not plan.samples.asis or not held_out:  # nothing was kept aside for this
        return None
    from tasks.algorithms.giveaways import giveaways  # noqa: PLC0415 - scikit-learn

    asis, holdout = (_sample(attempt, side, plan) for side in ("asis", "holdout"))
    labels = [item.label for item in plan.classes]
    return Findings(
        overlap=_overlap(asis, holdout, survey.columns, plan),
        giveaways=giveaways(
            asis.table, survey.columns, asis.codes, labels, config.seed
        ),
        memorisation=tuple(_memorisation(asis, survey, plan, attempt)),
        rarities=_rarities(holdout, config, plan),
        idle=idle(asis.table, survey.columns),
    )


def _sample(attempt: Attempt, side: str, plan: ResamplePlan) -> _Sample:
    table = read_folder(attempt, f"{SCRATCH}/{side}")
    labels = [item.label for item in plan.classes]
    return _Sample(table, encode(table.column(plan.target), labels))


def _overlap(
    asis: _Sample, holdout: _Sample, columns: tuple[Column, ...], plan: ResamplePlan
) -> Overlap:
    train, held = (
        (feature_hashes(side.table, columns), side.codes) for side in (asis, holdout)
    )
    limits = plan.samples.asis, plan.samples.holdout
    return across_holdout(train, held, sampled=min(limits) < EVERYTHING)


def _memorisation(
    asis: _Sample, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> Iterator[Memorisation]:
    for code in synthesised(plan):
        item = plan.classes[code]
        own = asis.table.filter(pa.array(asis.codes == code))
        made, real = _made(code, own, survey, plan, attempt)
        if real.num_rows < 2:  # noqa: PLR2004 - one row has no distance to another
            continue
        yield memorisation(
            item.label,
            Rows(
                synthetic=made,
                real=real,
                own=own,
                others=asis.table.filter(pa.array(asis.codes != code)),
            ),
            survey.columns,
            plan.seed,
            standardize=plan.standardize,
        )


def _made(
    code: int, own: pa.Table, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> tuple[pa.Table, pa.Table]:
    """Give some synthetic rows, and the real ones that they may be copies of.

    Those that a sampler was given are as many as the evaluation samples.
    """
    some = min(LOOKED_AT, plan.classes[code].synthetic)
    if plan.sampler:
        rows, _ = sampler_rows(attempt, code)
        return rows.slice(0, some), own
    model, _ = prepared(code, survey, plan, attempt)
    return make(0, some, model).table, model.donors


def _rarities(
    holdout: _Sample, config: BalanceConfig, plan: ResamplePlan
) -> tuple[Rarity, ...]:
    counts = np.bincount(holdout.codes, minlength=len(plan.classes)).tolist()
    return rarities(
        {item.label: n for item, n in zip(plan.classes, counts, strict=True)},
        {item.label: item.holdout for item in plan.classes},
        _share(config, plan),
        config.evaluation.confidence,
    )


def _share(config: BalanceConfig, plan: ResamplePlan) -> float:
    """Tell what share of new rows will be held out, as far as can be told."""
    if plan.split.kind is SplitKind.STRATIFIED:
        return config.holdout
    held = sum(item.holdout for item in plan.classes)
    return held / sum(item.source for item in plan.classes)
