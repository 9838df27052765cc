"""Which candidates a tournament has. What they are called is in contenders.

How one is fitted is in infold.
"""

from collections.abc import Iterator, Mapping, Sequence

from schemas.config import (
    Approach,
    EvaluatorKind,
    Strategy,
    TournamentConfig,
)
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
        and for weights where the learner takes none.
    """
    sized = {label: rows for label, rows in counts.items() if label not in leave}
    return tuple(
        Candidate(approach=approach, ratio=ratio, learner=learner)
        for learner in dict.fromkeys(config.learners)
        for approach in Approach
        if approach is Approach.NONE or approach in config.approaches
        if _can(approach, learner, synthesise=synthesise)
        for ratio in _ratios(approach, sorted(set(config.ratios)), sized)
    )


def _can(approach: Approach, learner: EvaluatorKind, *, synthesise: bool) -> bool:
    if approach is Approach.WEIGHTS:
        return takes_weights(learner)
    kind = RESAMPLED.get(approach)
    return synthesise or kind is None or not synthesises(kind)


def _ratios(
    approach: Approach, ratios: Sequence[float], counts: Mapping[str, int]
) -> Iterator[float | None]:
    kind = RESAMPLED.get(approach)
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
        rival = [one for one in candidates if one.learner is candidates[0].learner][-1]
        played += [Match(candidate=rival, fold=fold, permuted=True) for fold in folds]
    return tuple(played)


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
