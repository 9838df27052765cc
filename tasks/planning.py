"""Planning: diagnosis and config → decision → plan. The plan is a value, not an act."""

from collections.abc import Sequence

from schemas.config import BalanceConfig
from schemas.plan import (
    ClassPlan,
    Decision,
    Diagnosis,
    ResamplePlan,
    SamplerUse,
    SampleThresholds,
)
from schemas.strategy import Strategy, StrategyKind
from schemas.survey import Survey
from schemas.tournament import Leaderboard
from tasks.algorithms.bounds import gone_notes
from tasks.algorithms.breadth import breadth_note, is_judged
from tasks.algorithms.calibration import correction_for
from tasks.algorithms.decide import decide
from tasks.algorithms.evidence import chosen, to_do
from tasks.algorithms.identity import run_key
from tasks.algorithms.imbalance import diagnose
from tasks.algorithms.notes import notes
from tasks.algorithms.plan import allocate, check_names, target_rows
from tasks.algorithms.rare_classes import merger_notes
from tasks.algorithms.selection import EVERYTHING
from tasks.algorithms.sparing import SHARE
from tasks.algorithms.split_words import split_notes
from tasks.algorithms.weighting import weigh, weight_column
from tasks.fitness import check_free, check_key, check_made
from tasks.guarding import check_memory
from tasks.splitting import held_out, with_limit, with_thresholds
from tasks.stage import stage


@stage("plan")
def plan_resampling(
    config: BalanceConfig, survey: Survey, board: Leaderboard | None = None
) -> ResamplePlan:
    """Decide how many rows each class gets, and which: exactly, by thresholds.

    Args:
        config: Strategy, policy, holdout, split, key and seed.
        survey: Of the same config.
        board: Of a tournament, which decides where the strategy is evidence.

    Returns:
        All that a worker needs to decide any row.

    Raises:
        UserError: The sizes asked for cannot be reached, the key is no key, the split
            leaves a side without rows, or the run would take more memory than there is;
            or the tournament cannot be trusted.
    """
    decision, classes = draft(config, survey, board)
    column = weight_column(decision.strategy, config.strategy)
    if column is not None:
        check_free(column, survey)
    if any(item.synthetic for item in classes):
        check_made(survey)
    sampler = _sampler(decision, config, board, classes)
    check_memory(config, survey, classes, sampler=sampler is not None)
    if config.key:
        check_key(config, survey)
    return ResamplePlan(
        run_key=run_key(config, survey.fingerprint),
        seed=config.seed,
        target=config.target,
        key=config.key,
        split=config.split,
        standardize=config.strategy.standardize,
        weight_column=column,
        sampler=sampler,
        decision=decision,
        before=diagnose([item.kept + item.dropped for item in classes]),
        after=diagnose_after(classes),
        classes=with_thresholds(config, survey, classes),
        samples=samples(config, decision, classes),
    )


def _sampler(
    decision: Decision,
    config: BalanceConfig,
    board: Leaderboard | None,
    classes: Sequence[ClassPlan],
) -> SamplerUse | None:
    if decision.strategy is not StrategyKind.SAMPLER:
        return None
    strategy = config.strategy if board is None else chosen(config.strategy, board)
    return _set_up(strategy, {item.label: item.kept for item in classes})


def _set_up(strategy: Strategy, train: dict[str, int]) -> SamplerUse:
    # imbalanced-learn costs a second, which other strategies need not pay.
    from tasks.algorithms.asked_sampler import asked_sampler  # noqa: PLC0415

    return asked_sampler(strategy, train)


def draft(
    config: BalanceConfig, survey: Survey, board: Leaderboard | None = None
) -> tuple[Decision, tuple[ClassPlan, ...]]:
    """Decide from the counts; thresholds are open, but for the limit of the split.

    Args:
        config: Strategy, policy, holdout, split and key.
        survey: Counts of each class; where rows lie, which a key or split may ask for.
        board: Of a tournament, if one was held.

    Returns:
        The decision and the rows of each class.
    """
    held, strategy = held_out(config, survey), config.strategy
    if board is not None:
        strategy = chosen(strategy, board)
    train = {label: rows - held.rows[label] for label, rows in survey.counts.items()}
    check_names(strategy.leave, train, "strategy.leave")
    kind, reason = decide(train, strategy, config.policy)
    if kind is StrategyKind.SAMPLER:
        _set_up(strategy, train)  # or refuse it, in a survey too
    targets = target_rows(train, kind, strategy)
    classes = weigh(
        allocate(survey.counts, held.rows, kind, targets, strategy.k_neighbors),
        kind,
        strategy,
    )
    exceptions = (
        *merger_notes(survey.merger),
        *gone_notes(survey, config.contract),
        *split_notes(classes, config.split, config.holdout, held.since),
        *notes(classes, kind, strategy),
    )
    if board is not None:
        reason, exceptions = board.recommendation.sentence, (*to_do(board), *exceptions)
    exceptions += breadth_note(config, len(classes))
    decision = Decision(strategy=kind, reason=reason, notes=exceptions)
    return decision, with_limit(classes, held)


def diagnose_after(classes: Sequence[ClassPlan]) -> Diagnosis:
    """Measure what the rows of a plan count for; how many they are stays true."""
    found = diagnose([max(1, round(item.train * item.weight)) for item in classes])
    return found.model_copy(update={"rows": sum(item.train for item in classes)})


def samples(
    config: BalanceConfig, decision: Decision, classes: Sequence[ClassPlan]
) -> SampleThresholds:
    """Say which rows the evaluation samples.

    Args:
        config: Whether there is one, and of how many rows.
        decision: Whether rows have to be spared.
        classes: Rows of each.
    """
    if not is_judged(config, len(classes)):
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
