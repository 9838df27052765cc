"""What was chosen and over what, as recommendation hands it to advice."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.evaluation import Metric
from schemas.tournament import Standing
from tasks.algorithms.corrected_t import Mean


class Tuned(NamedTuple):
    """Where the threshold was put in the folds."""

    lowest: float
    middle: float
    highest: float


class Rival(NamedTuple):
    """The best of those that beat their own none and were not chosen."""

    standing: Standing
    lead: Mean
    """Over the chosen; negative where the chosen is better."""


class Choice(NamedTuple):
    """What was chosen, and what it was chosen over."""

    metric: Metric
    level: float
    standings: Sequence[Standing]
    """Of all candidates."""
    chosen: Standing
    none: Standing
    """With the learner of the chosen."""
    rival: Rival | None
    worse: Sequence[str]
    """Measures in which the chosen is clearly worse than none."""
    tuned: Tuned | None
    """None where no single threshold was tuned."""
    guessed: Mean | None
    """ROC-AUC less .5, where the learner was not shown to do better than guessing."""
