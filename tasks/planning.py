"""Planning: diagnosis and config → decision → plan. The plan is a value, not an act."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from schemas.config import BalanceConfig, EvaluatorKind
from schemas.errors import UserError
from schemas.records import (
    ClassPlan,
    Decision,
    Diagnosis,
    ResamplePlan,
    SampleThresholds,
    Survey,
)
from tasks.algorithms.columns import source_schema
from tasks.algorithms.decide import decide
from tasks.algorithms.identity import run_key
from tasks.algorithms.imbalance import diagnose
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.levels import nearly_unique, text_features
from tasks.algorithms.notes import notes
from tasks.algorithms.plan import allocate, holdout_rows, ranks, target_rows
from tasks.algorithms.routing import row_hashes
from tasks.algorithms.selection import EVERYTHING, Hashes
from tasks.algorithms.thresholds import count_below, thresholds
from tasks.algorithms.weighting import weigh, weight_column
from tasks.guarding import check_memory
from tasks.stage import stage
from tasks.storage.parquet import read_batches

_LOOKED_AT = 10_000  # rows that tell names from categories


@stage("plan")
def plan_resampling(config: BalanceConfig, survey: Survey) -> ResamplePlan:
    """Decide how many rows each class gets, and which: exactly, by thresholds.

    Args:
        config: Strategy, policy, holdout, key and seed.
        survey: Of the same config.

    Returns:
        All that a worker needs to decide any row.

    Raises:
        UserError: The sizes asked for cannot be reached, the key is no key, or the run
            would take more memory than there is.
    """
    decision, classes = draft(config, survey)
    column = weight_column(decision.strategy, config.strategy)
    if column is not None:
        _check_free(column, survey)
    if any(item.synthetic for item in classes):
        _check_made(survey)
    check_memory(config, survey, classes)
    if config.key:
        _check_key(config, survey)
    found = thresholds(
        lambda: _scan(config, survey),
        [item.source for item in classes],
        [ranks(item) for item in classes],
    )
    return ResamplePlan(
        run_key=run_key(config, survey.fingerprint),
        seed=config.seed,
        target=config.target,
        key=config.key,
        standardize=config.strategy.standardize,
        weight_column=column,
        decision=decision,
        before=diagnose([item.kept + item.dropped for item in classes]),
        after=_diagnose_after(classes),
        classes=tuple(
            item.model_copy(
                update={"holdout_below": a, "keep_below": b, "extra_below": c}
            )
            for item, (a, b, c) in zip(classes, found, strict=True)
        ),
        samples=_samples(config, classes),
    )


def draft(
    config: BalanceConfig, survey: Survey
) -> tuple[Decision, tuple[ClassPlan, ...]]:
    """Decide from the counts; the thresholds are still open.

    Args:
        config: Strategy, policy, holdout and key.
        survey: Counts of each class; where rows lie, if there is a key.

    Returns:
        The decision and the rows of each class.
    """
    held, strategy = _held_out(config, survey), config.strategy
    train = {label: rows - held[label] for label, rows in survey.counts.items()}
    kind, reason = decide(train, strategy, config.policy)
    targets = target_rows(train, kind, strategy)
    classes = weigh(
        allocate(survey.counts, held, kind, targets, strategy.k_neighbors),
        kind,
        strategy,
    )
    exceptions = notes(classes, kind, strategy)
    return Decision(strategy=kind, reason=reason, notes=exceptions), classes


def _diagnose_after(classes: Sequence[ClassPlan]) -> Diagnosis:
    """Measure what the rows count for; how many they are stays true."""
    found = diagnose([max(1, round(item.train * item.weight)) for item in classes])
    return found.model_copy(update={"rows": sum(item.train for item in classes)})


def _held_out(config: BalanceConfig, survey: Survey) -> dict[str, int]:
    """Count the rows of each class that are held out.

    With a key those below a share of all hashes, whatever rows there are: as a table
    grows, none of them is ever trained on.
    """
    counts = survey.counts
    if not config.key:
        return {
            label: holdout_rows(rows, config.holdout) for label, rows in counts.items()
        }
    limit = int(config.holdout * EVERYTHING)
    found = count_below(_scan(config, survey), len(counts), limit)
    return {
        label: min(below, rows - 1)  # one at least is left to train on
        for (label, rows), below in zip(counts.items(), found, strict=True)
    }


def _scan(config: BalanceConfig, survey: Survey) -> Iterator[tuple[Codes, Hashes]]:
    schema = source_schema(survey)
    labels = list(survey.counts)
    columns = [config.target, *config.key]
    for first, table in read_batches(survey.fragments, schema, columns):
        codes = encode(table.column(config.target), labels)
        yield codes, row_hashes(table, first, config.key, config.seed)


def _check_key(config: BalanceConfig, survey: Survey) -> None:
    """A key that repeats would send two rows to one side and break exact counts."""
    schema = source_schema(survey)
    name = ", ".join(map(repr, config.key))
    hashes = np.empty(survey.rows, np.uint64)
    for first, table in read_batches(survey.fragments, schema, config.key):
        for column in config.key:
            if table.column(column).null_count:
                raise UserError(
                    f"key column {column!r} holds nulls (near row {first:,}); a key "
                    "must name every row, so fill it or choose another"
                )
        found = row_hashes(table, first, config.key, config.seed)
        hashes[first : first + len(found)] = found
    hashes.sort()
    repeated = int((hashes[1:] == hashes[:-1]).sum())
    if repeated:
        raise UserError(
            f"key {name} repeats in {repeated:,} of {len(hashes):,} rows; a key must "
            "name one row, so add a column to it or remove the duplicates"
        )


def _check_free(column: str, survey: Survey) -> None:
    """Refuse a name for the weights that the source has given to something else."""
    if column in source_schema(survey).names:
        raise UserError(
            f"the source has a column {column!r} already, and the weights of the "
            "training rows need one of their own; name it with --weight-column NAME "
            "(strategy.weight_column)"
        )


def _check_made(survey: Survey) -> None:
    """Refuse columns that synthetic rows cannot be given a value for."""
    for column in survey.columns:
        if column.role in {"key", "ignore"} and not column.nullable:
            raise UserError(
                f"column {column.name!r} may not be null in the source's schema, but "
                "synthetic rows have neither keys nor ignored values; use random_over "
                "or random_under, or write the source with a nullable column"
            )
    names = _name_columns(survey)
    if names:
        raise UserError(
            f"text column {names[0]!r} has nearly as many levels as rows, so a vote "
            "among neighbours means nothing; leave it out of synthetic rows with "
            f"--ignore {' '.join(names)}, or --key if it names a row"
        )


def _name_columns(survey: Survey) -> list[str]:
    schema = source_schema(survey)
    texts = text_features(schema, survey.columns)
    if not texts:
        return []
    batches = read_batches(survey.fragments, schema, texts, 0, _LOOKED_AT)
    return nearly_unique(pa.concat_tables(table for _, table in batches))


def _samples(config: BalanceConfig, classes: tuple[ClassPlan, ...]) -> SampleThresholds:
    if config.evaluation.evaluator is EvaluatorKind.NONE:
        return SampleThresholds()
    cap = config.evaluation.max_rows
    return SampleThresholds(
        asis=_share(cap, sum(item.kept + item.dropped for item in classes)),
        balanced=_share(cap, sum(item.train for item in classes)),
        holdout=_share(cap, sum(item.holdout for item in classes)),
    )


def _share(cap: int, rows: int) -> int:
    return EVERYTHING if rows <= cap else EVERYTHING * cap // rows
