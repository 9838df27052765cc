"""What a tournament of strategies hands on: candidates, folds, scores, leaderboard.

What a user may ask for is in config.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Frozen
from schemas.contest import Approach
from schemas.evaluation import EvaluatorKind, Metric
from schemas.scores import Curve, Scores

Count = Annotated[int, Field(ge=0)]
Interval = tuple[float, float]


class Candidate(Frozen):
    """One way to treat imbalance, with one learner."""

    approach: Approach
    ratio: float | None = None
    """Rows of each smaller class to rows of the largest; None where nothing is
    resampled, or by what finds for itself how many rows there are to be."""
    sampler: str | None = None
    """Its name in imbalanced-learn, where that is the approach."""
    learner: EvaluatorKind


class Fold(Frozen):
    """One split of the rows that are compared on."""

    repeat: Count
    fold: Count


class Match(Frozen):
    """A candidate in a fold: the item of a mapped task."""

    candidate: Candidate
    fold: Fold
    permuted: bool = False
    """Labels shuffled before anything else: the leak sentinel. It is played by the
    first learner's last candidate, which changes the rows most; not by a sampler, which
    may forfeit."""


class MatchResult(Frozen):
    """How a candidate did in a fold."""

    match: Match
    train_rows: Count
    """After resampling."""
    validation_rows: Count
    fit_seconds: float
    """Of one thread of one machine; the one figure that does not repeat."""
    scores: Scores
    calibration_intercept: float | None
    """0 if the probabilities of the minority class are right on the whole; None where
    it cannot be fitted."""
    calibration_slope: float | None
    """1 if they are neither too extreme (below) nor too timid (above)."""
    expected_calibration_error: float
    """Of the minority class, over ten bins of equally many rows."""
    threshold: float | None = None
    """Where one was tuned, for two classes: the probability of the minority class from
    which on it is predicted."""
    cost: float | None = None
    """Per row, by the config's costs, of the classes that were predicted."""
    cost_curve: Curve | None = None
    """x share that a miss has of the cost of a miss and a false alarm, y cost per row
    if the minority class is predicted above probability 1 - x, as costs suggest."""


class Forfeit(Frozen):
    """A match of a sampler that cannot work on the training rows of the fold."""

    match: Match
    reason: str
    """What the sampler said."""


class Estimate(Frozen):
    """A mean over folds, with an interval that knows that folds share rows."""

    mean: float
    interval: Interval


class Comparison(Frozen):
    """A candidate against none with the same learner, fold by fold."""

    difference: float
    """In the primary metric; positive means that the candidate is better, also where
    less is better."""
    interval: Interval
    p_value: float
    """Two-sided, of the corrected resampled t-test."""
    p_holm: float
    """After Holm's correction over all candidates."""


class Standing(Frozen):
    """One line of the leaderboard."""

    candidate: Candidate
    name: str
    """Unique, for people: `smote to 1:2, random_forest`."""
    estimates: dict[str, Estimate]
    """By the name of the metric, those of calibration, cost, fit_seconds, train_rows
    and rank (in the primary metric, 1 is best) as well; one that is undefined in any
    fold is left out."""
    against_none: Comparison | None
    """None for none itself, and where the primary metric is undefined."""
    cost_curve: Curve | None = None


class Recommendation(Frozen):
    """What to do, in a sentence that can be defended."""

    candidate: Candidate
    sentence: str
    """With numbers; may be that nothing should be balanced."""
    threshold: float | None = None
    """For two classes, where approach is threshold: the probability of the minority
    class from which on it is predicted."""


class Sentinel(Frozen):
    """What was learnt from labels that were shuffled: it must be nothing."""

    roc_auc: Estimate
    passed: bool
    """.5 is inside the interval."""
    suspects: tuple[str, ...] = ()
    """What may leak, in words; filled when it failed, or when something was found."""


class Leaderboard(Frozen):
    """What a tournament found, best first."""

    dataset: str
    source: str
    target: str
    fingerprint: str
    minority: str
    metric: Metric
    rows: Count
    """Compared on, of each class below."""
    classes: dict[str, Count]
    capped: bool
    folds: Count
    repeats: Count
    level: float
    standings: tuple[Standing, ...]
    recommendation: Recommendation
    sentinel: Sentinel | None = None
    accelerated: bool = False
    """Whether scikit-learn-intelex trained any model, not scikit-learn."""
    notes: tuple[str, ...] = ()


class Compared(Frozen):
    """How a comparison ended."""

    status: Literal["compared", "unchanged"]
    """unchanged: the same was compared before, and is told again."""
    place: str
    """The folder of the leaderboard's files, a path or URI."""
    leaderboard: Leaderboard


class Contender(Frozen):
    """A candidate in brief, for the passport of a version."""

    name: str
    """Unique, for people: `smote to 1:2, random_forest`."""
    mean: float | None
    """Of the primary metric over all folds; None where undefined."""
    difference: float | None = None
    """To none with the same learner, positive if better; None for none itself."""
    p_holm: float | None = None
    """Of the difference, after Holm's correction."""


class ManifestTournament(Frozen):
    """The leaderboard in brief; the whole is in report/leaderboard.json."""

    recommendation: Recommendation
    metric: Metric
    rows: Count
    """Training rows that were compared on."""
    folds: Count
    repeats: Count
    level: float
    contenders: tuple[Contender, ...]
    """Best first."""
    sentinel: Sentinel | None = None
