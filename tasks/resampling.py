"""Resampling: fragments and plan → files of the attempt, mapped over shards.

A part covers a fixed range of source rows, so its bytes depend on no batch, no row
group and no worker. How rows are chosen is in algorithms; rows are made in synthesis.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from schemas.findings import OddNumbers
from schemas.plan import ResamplePlan
from schemas.survey import Survey
from schemas.written import Attempt, FileEntry, Shard, ShardResult
from tasks.algorithms.bounds import bounded, judge
from tasks.algorithms.columns import free_name, source_schema
from tasks.algorithms.labels import encode
from tasks.algorithms.oddities import floating, odd_numbers, total
from tasks.algorithms.routing import Counts, Routed, repeat, sampled_copies
from tasks.algorithms.selection import below
from tasks.algorithms.sides import kin
from tasks.algorithms.sparing import mark, spared
from tasks.algorithms.weighting import with_weights
from tasks.reading import as_balanced
from tasks.routes import decide_rows
from tasks.stage import stage
from tasks.storage.commits import SCRATCH
from tasks.storage.outputs import Outputs
from tasks.storage.parquet import read_batches
from tasks.storage.shards import by_part, donor_file, sharing

ORDINAL = "evenkeel_ordinal"
_FATES = ("holdout", "kept", "dropped", "rejected")


@dataclass(frozen=True)
class _Batch:
    source: pa.Table
    table: pa.Table
    """The same rows, labelled as they are balanced."""
    first: int
    routed: Routed


@stage("resample", run_name="resample {shard.start}-{shard.stop}")
def resample_shard(
    shard: Shard, survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> ShardResult:
    """Route the rows of a shard to train, holdout and rejected.

    Args:
        shard: Rows to read, whole parts.
        survey: Where they lie.
        plan: Where they go.
        attempt: Where they are written.

    Returns:
        The files written, how many rows went where, and the odd numbers in them.
    """
    schema = source_schema(survey)
    tally = Counter(dict.fromkeys(_FATES, 0))
    files: list[FileEntry] = []
    odd: tuple[OddNumbers, ...] = ()
    numbers = floating(survey.columns)
    rows = read_batches(survey.fragments, schema, None, shard.start, shard.stop)
    for number, batches in by_part(rows, schema):
        with Outputs(attempt, f"part-{number:05d}") as outputs:
            found: list[OddNumbers] = []
            if number == 0:
                _open_empty_holdout(outputs, plan, schema)
            for first, source in batches:
                table = as_balanced(source, survey)
                routed = decide_rows(table, first, plan, attempt)
                batch = _Batch(source, table, first, routed)
                _write_published(outputs, batch, survey, plan)
                _write_scratch(outputs, batch, plan)
                tally.update(_count(batch.routed))
                found += odd_numbers(table, numbers, routed.rejected)
        odd = total((*odd, *found))
        files += outputs.published()
    return ShardResult(files=tuple(files), odd_numbers=odd, **tally)


def _open_empty_holdout(
    outputs: Outputs, plan: ResamplePlan, schema: pa.Schema
) -> None:
    """Let holdout/ open as a dataset even if every class was too small to split."""
    if not any(item.holdout for item in plan.classes):
        outputs.open("holdout", schema, allow_empty=True)


def _write_published(
    outputs: Outputs, batch: _Batch, survey: Survey, plan: ResamplePlan
) -> None:
    table, routed = batch.table, batch.routed
    outputs.write("holdout", table.filter(pa.array(routed.holdout)))
    outputs.write("train", _weighted(_repeated(table, routed.times), plan))
    if routed.rejected.any():
        refused = batch.source.filter(pa.array(routed.rejected))
        outputs.write("rejected", _with_reason(refused, survey, plan.target))


def _repeated(table: pa.Table, times: Counts) -> pa.Table:
    """Write each row as often as told; to copy whole runs of rows is the cheaper."""
    if times.max(initial=0) > 1:
        return table.take(pa.array(repeat(times)))
    return table.filter(pa.array(times > 0))


def _weighted(table: pa.Table, plan: ResamplePlan) -> pa.Table:
    if plan.weight_column is None:
        return table
    weights = {item.label: item.weight for item in plan.classes}
    return with_weights(table, plan.weight_column, plan.target, weights)


def _with_reason(table: pa.Table, survey: Survey, target: str) -> pa.Table:
    """Append the reason of each row: a feature, or else the label.

    Code -1 picks the last reason, that of missing labels.
    """
    labels = [item for item in survey.rejections if not item.feature]
    named = [item for item in labels if item.label is not None]
    missing = [item.reason for item in labels if item.label is None]
    reasons = np.array([*(item.reason for item in named), *(missing or [""])], object)
    told = reasons[encode(table.column(target), [item.label or "" for item in named])]
    verdict = judge(table, bounded(survey.columns), survey.finite)
    if verdict.unfit.any():
        wrong = np.array(verdict.reasons, object)
        told[verdict.unfit] = wrong[verdict.first[verdict.unfit]]
    return table.append_column(
        free_name(table.schema, "reason"), pa.array(told, pa.string())
    )


def _write_scratch(outputs: Outputs, batch: _Batch, plan: ResamplePlan) -> None:
    """Keep aside what later stages read: samples to evaluate, donors to synthesise."""
    if plan.samples.asis:
        _write_samples(outputs, batch, plan)
    if plan.sampler is None:
        _write_donors(outputs, batch, plan)


def _write_donors(outputs: Outputs, batch: _Batch, plan: ResamplePlan) -> None:
    codes, classes = batch.routed.codes, len(plan.classes)
    # The last entry is that of what belongs to no class, whose code is -1.
    made = np.array([*(item.synthetic > 0 for item in plan.classes), False])
    mine = made[codes] & (batch.routed.times > 0)
    files = codes // sharing(classes)
    for file in np.flatnonzero(np.bincount(files[mine])).tolist():
        name = donor_file(file * sharing(classes), classes)
        outputs.write(f"{SCRATCH}/{name}", _donors(batch, mine & (files == file)))


def _write_samples(outputs: Outputs, batch: _Batch, plan: ResamplePlan) -> None:
    table, routed, sampling = batch.table, batch.routed, batch.routed.sampling
    samples = plan.samples
    marked = table
    if samples.spared:
        alike = kin(table, routed.hashes, plan.split, plan.seed)
        marked = mark(table, spared(alike, samples.spared))
    asis = ~routed.rejected & ~routed.holdout & below(sampling, samples.asis)
    held = routed.holdout & below(sampling, samples.holdout)
    places = repeat(routed.times)
    chosen = places[sampled_copies(sampling, places, samples.balanced)]
    outputs.write(f"{SCRATCH}/asis", marked.filter(pa.array(asis)))
    outputs.write(f"{SCRATCH}/holdout", table.filter(pa.array(held)))
    outputs.write(f"{SCRATCH}/balanced", marked.take(pa.array(chosen)))


def _donors(batch: _Batch, mine: np.ndarray) -> pa.Table:
    ordinals = batch.first + np.flatnonzero(mine)
    name = free_name(batch.table.schema, ORDINAL)
    return batch.table.filter(pa.array(mine)).append_column(name, pa.array(ordinals))


def _count(routed: Routed) -> dict[str, int]:
    return {
        "holdout": int(routed.holdout.sum()),
        "kept": int((routed.times > 0).sum()),
        "dropped": int(routed.dropped.sum()),
        "rejected": int(routed.rejected.sum()),
    }
