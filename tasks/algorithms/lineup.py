"""Which candidates a tournament has. What they are called is in contenders.

How one is fitted is in infold.
"""

from collections.abc import Iterator, Mapping, Sequence

from schemas.contest import Approach, TournamentConfig
from schemas.evaluation import EvaluatorKind
from schemas.strategy import Strategy, StrategyKind
from schemas.tournament import Candidate, Fold, Match
from tasks.algorithms.decide import RESAMPLED, synthesises
from tasks.algorithms.models import takes_weights
from tasks.algorithms.plan import target_rows


def lineup(
    config: TournamentConfig,
    counts: Mapping[str, int],
    leave: Sequence[str] = (),
    *,
    synthesise: bool = True,
) -> tuple[Candidate, ...]:
    """List the candidates, the simplest approach first, smaller ratios before larger.

    Args:
        config: Approaches, ratios and learners.
        counts: Rows of each class that are compared on, each 1 or more.
        leave: Classes that are left as they are.
        synthesise: Whether rows can be made of these columns at all.

    Returns:
        For each learner: none, whether it was asked for or not; then what was, but for
        ratios that leave these counts as they are, or as another ratio leaves them,
        and for weights where the learner takes none. Samplers come last, in the order
        of their names in the config.

    Raises:
        UserError: There is no such sampler.
    """
    asked = {Approach.NONE, *config.approaches}
    ratios = sorted(set(config.ratios))
    sized = {label: rows for label, rows in counts.items() if label not in leave}
    return tuple(
        Candidate(approach=approach, ratio=ratio, learner=learner, sampler=sampler)
        for learner in dict.fromkeys(config.learners)
        for approach, sampler in (
            *((one, None) for one in Approach if one in asked),
            *((Approach.SAMPLER, name) for name in dict.fromkeys(config.samplers)),
        )
        if _can(approach, learner, synthesise=synthesise)
        for ratio in _ratios(RESAMPLED.get(approach), ratios, sized, sampler)
    )


def _can(approach: Approach, learner: EvaluatorKind, *, synthesise: bool) -> bool:
    if approach is Approach.WEIGHTS:
        return takes_weights(learner)
    kind = RESAMPLED.get(approach)
    makes = approach is Approach.SAMPLER or (kind is not None and synthesises(kind))
    return synthesise or not makes


def _ratios(
    kind: StrategyKind | None,
    ratios: Sequence[float],
    counts: Mapping[str, int],
    sampler: str | None,
) -> Iterator[float | None]:
    if sampler:
        kind = _sized_like(sampler)
    if kind is None:
        yield None
        return
    if not counts:
        return
    seen = [dict(counts)]
    for ratio in ratios:
        sizes = target_rows(counts, kind, Strategy(kind=kind, ratio=ratio))
        if sizes not in seen:
            seen.append(sizes)
            yield ratio


def _sized_like(sampler: str) -> StrategyKind | None:
    # A second to import, which few runs need to pay.
    from tasks.algorithms.asked_sampler import sized_like  # noqa: PLC0415

    return sized_like(sampler)


def matches(
    candidates: Sequence[Candidate], config: TournamentConfig
) -> tuple[Match, ...]:
    """Pair every candidate with every fold, and the sentinel with every fold.

    Args:
        candidates: As from ``lineup``.
        config: Folds, repeats, and whether there is a sentinel.

    Returns:
        The matches, fold by fold, the sentinel's last.
    """
    folds = [
        Fold(repeat=repeat, fold=fold)
        for repeat in range(config.repeats)
        for fold in range(config.folds)
    ]
    played = [Match(candidate=one, fold=fold) for fold in folds for one in candidates]
    if config.sentinel:
        rival = _rival(candidates)
        played += [Match(candidate=rival, fold=fold, permuted=True) for fold in folds]
    return tuple(played)


def _rival(candidates: Sequence[Candidate]) -> Candidate:
    first = candidates[0].learner
    sure = [one for one in candidates if one.learner is first and not one.sampler]
    return sure[-1]


def left_out(
    config: TournamentConfig, candidates: Sequence[Candidate]
) -> tuple[str, ...]:
    """Say what was asked for and does not play.

    Args:
        config: What was asked for.
        candidates: Who plays.

    Returns:
        Sentences. What could not be made at all is the caller's to say.
    """
    said = []
    weightless = [one for one in config.learners if not takes_weights(one)]
    if weightless and Approach.WEIGHTS in config.approaches:
        said.append(f"No weights were tried with {weightless[0]}, which takes none.")
    ratios = {one.ratio for one in candidates if one.ratio is not None}
    idle = [f"{ratio:g}" for ratio in sorted(set(config.ratios) - ratios)]
    if idle and any(approach in RESAMPLED for approach in config.approaches):
        said.append(f"Ratios that leave these rows as they are: {', '.join(idle)}.")
    return tuple(said)
