"""What stages hand on beside survey, plan and manifest: evidence, outcomes, uses."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Frozen
from schemas.config import BalanceConfig
from schemas.evaluation import Metric
from schemas.findings import Findings, OddNumbers
from schemas.manifest import Manifest, ProbabilityCorrection, Search
from schemas.plan import ResamplePlan
from schemas.survey import Count, Survey
from schemas.tournament import Leaderboard
from schemas.verdict import Evaluation


class Drift(Frozen):
    """How far the class priors of a source moved since a version was published."""

    version: Annotated[int, Field(ge=1)]
    """The published version that is compared with."""
    before: dict[str, Count]
    """Accepted rows of each class then, in label order."""
    after: dict[str, Count]
    """And now."""
    g: float
    """Likelihood-ratio statistic of the two rows of counts."""
    p_value: float
    effect: float
    """Cohen's w of the priors now against those then, over the classes known then."""
    appeared: tuple[str, ...]
    """Classes that were not there."""
    vanished: tuple[str, ...]
    """Classes that are not there any more."""
    moved: bool
    """Significant and large enough, or a class appeared or vanished."""


class Sighting(Frozen):
    """What a look at a source found, against the published version."""

    dataset: str
    source: str
    status: Literal["unchanged", "waiting", "told", "changed", "drifted", "unfit"]
    """waiting: still being written. told: announced in an earlier round. drifted:
    changed, and the priors moved. unfit: a run would fail; announced as a change if
    there are files."""
    note: str
    """Why, in words."""
    version: int | None
    """The published version; None when nothing is."""
    files: Count = 0
    """0 when they were not found or could not be looked at."""
    rows: Count | None = None
    """Known when the footers were read."""
    fingerprint: str | None = None
    """Known when the files were read."""
    drift: Drift | None = None


class Evidence(Frozen):
    """All that a report tells, before the version has a number."""

    config: BalanceConfig
    survey: Survey
    plan: ResamplePlan
    evaluation: Evaluation | None
    correction: ProbabilityCorrection
    drift: Drift | None = None
    """Since the published version; None when there is none."""
    leaderboard: Leaderboard | None = None
    """What the decision rests on, if it was found by a tournament."""
    searches: tuple[Search, ...] = ()
    """Of each class with synthetic rows."""
    redrawn: dict[str, Count] = Field(default_factory=dict)
    """Synthetic rows of each class that had to be drawn again."""
    findings: Findings | None = None
    """None when nothing was evaluated."""
    odd_numbers: tuple[OddNumbers, ...] = ()
    """Of each feature that has any: NaN, infinities, -0.0."""


class Published(Frozen):
    """What a run found published when it began."""

    version: int | None
    """The highest number; None when nothing is published."""
    unchanged: Manifest | None
    """The version, if it is what the run would make and its files are whole."""
    rolled_back: Manifest | None = None
    """The version, if it was restored in the place of what the run would make."""
    counts: dict[str, Count] = Field(default_factory=dict)
    """Accepted rows of each class in the source of the published version."""


class Outcome(Frozen):
    """How a run ended: a new version, the one that was there already, or one aside."""

    status: Literal["published", "unchanged", "rolled back", "held back"]
    """rolled back: what the run would make was, so the version that was restored in its
    place stays."""
    root: str
    """OUTPUT/NAME."""
    manifest: Manifest
    """Of a version held back: as it would have been published."""
    evidence: Evidence | None = None
    """None when nothing was done."""


class CorrectedClass(Frozen):
    """What became of the probabilities of a class."""

    label: str
    prior_learnt: float
    """Its share in what the model was trained on."""
    prior_real: float
    """Its share before balancing."""
    mean_before: float
    """Of the probabilities as they came."""
    mean_after: float
    """Of the probabilities as corrected."""


class Unbalanced(Frozen):
    """What turning probabilities back to the real priors came to."""

    dataset: str
    version: Annotated[int, Field(ge=1)]
    out: str
    """Where the corrected probabilities lie, a path or URI."""
    rows: Count
    classes: tuple[CorrectedClass, ...]
    safe: bool
    """Whether the manifest says that the formula suffices."""
    note: str
    """And why."""


class Retrained(Frozen):
    """What the example retraining made of a published version."""

    dataset: str
    version: Annotated[int, Field(ge=1)]
    train_rows: Count
    holdout_rows: Count
    metric: Metric
    score: float | None
    """On the holdout; None where undefined."""
