"""Planning: diagnosis and config → decision → plan. The plan is a value, not an act."""

from collections.abc import Iterator, Sequence

from schemas.config import BalanceConfig, EvaluatorKind
from schemas.records import (
    ClassPlan,
    Decision,
    Diagnosis,
    ResamplePlan,
    SampleThresholds,
    Survey,
)
from schemas.tournament import Leaderboard
from tasks.algorithms.calibration import correction_for
from tasks.algorithms.columns import source_schema
from tasks.algorithms.cuts import cut
from tasks.algorithms.decide import decide
from tasks.algorithms.evidence import chosen, to_do
from tasks.algorithms.identity import run_key
from tasks.algorithms.imbalance import diagnose
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.notes import notes
from tasks.algorithms.plan import allocate, holdout_rows, target_rows
from tasks.algorithms.routing import row_hashes
from tasks.algorithms.selection import EVERYTHING, Hashes
from tasks.algorithms.sparing import SHARE
from tasks.algorithms.thresholds import count_below
from tasks.algorithms.weighting import weigh, weight_column
from tasks.fitness import check_free, check_key, check_made
from tasks.guarding import check_memory
from tasks.stage import stage
from tasks.storage.parquet import read_batches


@stage("plan")
def plan_resampling(
    config: BalanceConfig, survey: Survey, board: Leaderboard | None = None
) -> ResamplePlan:
    """Decide how many rows each class gets, and which: exactly, by thresholds.

    Args:
        config: Strategy, policy, holdout, key and seed.
        survey: Of the same config.
        board: Of a tournament, which decides where the strategy is evidence.

    Returns:
        All that a worker needs to decide any row.

    Raises:
        UserError: The sizes asked for cannot be reached, the key is no key, or the run
            would take more memory than there is; or the tournament cannot be trusted.
    """
    decision, classes = draft(config, survey, board)
    column = weight_column(decision.strategy, config.strategy)
    if column is not None:
        check_free(column, survey)
    if any(item.synthetic for item in classes):
        check_made(survey)
    check_memory(config, survey, classes)
    if config.key:
        check_key(config, survey)
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
        classes=cut(classes, lambda: scan(config, survey)),
        samples=_samples(config, decision, classes),
    )


def draft(
    config: BalanceConfig, survey: Survey, board: Leaderboard | None = None
) -> tuple[Decision, tuple[ClassPlan, ...]]:
    """Decide from the counts; the thresholds are still open.

    Args:
        config: Strategy, policy, holdout and key.
        survey: Counts of each class; where rows lie, if there is a key.
        board: Of a tournament, if one was held.

    Returns:
        The decision and the rows of each class.
    """
    held, strategy = held_out(config, survey), config.strategy
    if board is not None:
        strategy = chosen(strategy, board)
    train = {label: rows - held[label] for label, rows in survey.counts.items()}
    kind, reason = decide(train, strategy, config.policy)
    targets = target_rows(train, kind, strategy)
    classes = weigh(
        allocate(survey.counts, held, kind, targets, strategy.k_neighbors),
        kind,
        strategy,
    )
    exceptions = notes(classes, kind, strategy)
    if board is not None:
        reason, exceptions = board.recommendation.sentence, (*to_do(board), *exceptions)
    return Decision(strategy=kind, reason=reason, notes=exceptions), classes


def _diagnose_after(classes: Sequence[ClassPlan]) -> Diagnosis:
    """Measure what the rows count for; how many they are stays true."""
    found = diagnose([max(1, round(item.train * item.weight)) for item in classes])
    return found.model_copy(update={"rows": sum(item.train for item in classes)})


def held_out(config: BalanceConfig, survey: Survey) -> dict[str, int]:
    """Count the rows of each class that are held out.

    With a key those below a share of all hashes, whatever rows there are: as a table
    grows, none of them is ever trained on.

    Args:
        config: Key, seed and share.
        survey: Counts of each class; where rows lie, if there is a key.

    Returns:
        Rows of each class; one at least is left to train on.
    """
    counts = survey.counts
    if not config.key:
        return {
            label: holdout_rows(rows, config.holdout) for label, rows in counts.items()
        }
    limit = int(config.holdout * EVERYTHING)
    found = count_below(scan(config, survey), len(counts), limit)
    return {
        label: min(below, rows - 1)  # one at least is left to train on
        for (label, rows), below in zip(counts.items(), found, strict=True)
    }


def scan(config: BalanceConfig, survey: Survey) -> Iterator[tuple[Codes, Hashes]]:
    """Stream the class and the hash of every row.

    Args:
        config: Target, key and seed.
        survey: Where rows lie, and the classes.

    Yields:
        Codes, -1 for rows of no class, and hashes of a batch.
    """
    schema = source_schema(survey)
    labels = list(survey.counts)
    columns = [config.target, *config.key]
    for first, table in read_batches(survey.fragments, schema, columns):
        codes = encode(table.column(config.target), labels)
        yield codes, row_hashes(table, first, config.key, config.seed)


def _samples(
    config: BalanceConfig, decision: Decision, classes: tuple[ClassPlan, ...]
) -> SampleThresholds:
    if config.evaluation.evaluator is EvaluatorKind.NONE:
        return SampleThresholds()
    cap = config.evaluation.max_rows
    asis = sum(item.kept + item.dropped for item in classes)
    balanced = sum(item.train for item in classes)
    # One share for both, or the smaller set would know more rows of the source.
    share = _share(cap, max(asis, balanced))
    return SampleThresholds(
        asis=share,
        balanced=share,
        holdout=_share(cap, sum(item.holdout for item in classes)),
        spared=0 if correction_for(decision.strategy).safe else SHARE,
    )


def _share(cap: int, rows: int) -> int:
    return EVERYTHING if rows <= cap else EVERYTHING * cap // rows
