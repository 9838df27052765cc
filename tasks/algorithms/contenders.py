"""Candidates of a tournament as people read them, and which one is simpler.

How they are fitted is the engine's; how they did is in standings.
"""

from collections.abc import Iterable

from schemas.contest import Approach
from schemas.tournament import Candidate, Standing

ORDER = tuple(Approach)
"""From the simplest: nothing is done; one number is tuned after training; rows count
more or less; rows are dropped (training gets cheaper), repeated, made; a sampler by
name may do any of it, in memory."""

_DONE = {
    Approach.NONE: "none",
    Approach.THRESHOLD: "threshold",
    Approach.WEIGHTS: "weights",
    Approach.RANDOM_UNDER: "random_under",
    Approach.RANDOM_UNDER_CORRECTED: "random_under, corrected",
    Approach.RANDOM_OVER: "random_over",
    Approach.SMOTE_UNDER: "smote_under",
    Approach.SMOTE: "smote",
    Approach.SAMPLER: "sampler",
}


def treatment(candidate: Candidate) -> str:
    """Name what is done against imbalance, whatever the learner.

    >>> treatment(Candidate(approach="smote", ratio=0.5, learner="knn"))
    'smote to 1:2'
    """
    done = candidate.sampler or _DONE[candidate.approach]
    if candidate.ratio is None:
        return done
    name, _, more = done.partition(", ")
    aim = f"{name} to {odds(candidate.ratio)}"
    return f"{aim}, {more}" if more else aim


def contender(candidate: Candidate) -> str:
    """Name a candidate; no two of a tournament have one name.

    >>> contender(Candidate(approach="none", learner="random_forest"))
    'none, random_forest'
    """
    return f"{treatment(candidate)}, {candidate.learner}"


def called(standing: Standing, among: Iterable[Standing]) -> str:
    """Name a candidate, without its learner where all have the same.

    Args:
        standing: Of the candidate.
        among: All standings.
    """
    learners = {one.candidate.learner for one in among}
    return treatment(standing.candidate) if len(learners) == 1 else standing.name


def none_of(candidate: Candidate) -> Candidate:
    """Give the candidate that leaves imbalance alone, with the same learner."""
    return Candidate(approach=Approach.NONE, learner=candidate.learner)


def odds(ratio: float) -> str:
    """Write rows of a smaller class to rows of the largest.

    >>> odds(1), odds(0.25), odds(0.3)
    ('1:1', '1:4', '0.3:1')
    """
    inverse = 1 / ratio
    whole = round(inverse)
    return f"1:{whole}" if abs(inverse - whole) < 1e-9 else f"{ratio:.12g}:1"  # noqa: PLR2004 - rounding of 1 / .1


def complexity(candidate: Candidate) -> tuple[int, float]:
    """Rank a treatment: the smaller, the simpler.

    By its approach, in the order of this module, then by how little it changes: of two
    ratios, the one nearer to the rows as they are is the smaller. Learners are not
    told apart.

    >>> few = Candidate(approach="smote", ratio=0.1, learner="knn")
    >>> complexity(few) < complexity(few.model_copy(update={"ratio": 1.0}))
    True
    """
    return ORDER.index(candidate.approach), candidate.ratio or 0
