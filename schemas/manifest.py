"""What a published version says of itself, for good."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Frozen
from schemas.config import BalanceConfig
from schemas.evaluation import Metric
from schemas.findings import Findings, OddNumbers
from schemas.plan import Decision, Diagnosis, SamplerUse
from schemas.survey import Count, Fragment, Merger, Rejection
from schemas.tournament import ManifestTournament
from schemas.verdict import Verdict
from schemas.written import Check, FileEntry


class Search(Frozen):
    """How the neighbours of one class were searched."""

    label: str
    donors: Count
    """Training rows of the class, each of which got neighbours."""
    k: Count
    """Neighbours of each."""
    method: str
    recall: float
    """Share of the k nearest that were found: 1 if the search is exact, else measured
    on a sample."""
    blocks: Count = 0
    """Blocks that the donors were searched in, their points in a file, as they were too
    many to be kept in memory; 0 if they were not."""


class ProbabilityCorrection(Frozen):
    """How probabilities learnt on the balanced set go back to the real priors."""

    formula: str
    safe: bool
    note: str


class ManifestSource(Frozen):
    """Where the rows came from."""

    uri: str
    fingerprint: str
    rows: Count
    files: tuple[Fragment, ...]


class ManifestClass(Frozen):
    """One class in the passport."""

    label: str
    source: Count
    rejected: Count = 0
    holdout: Count = 0
    kept: Count = 0
    dropped: Count = 0
    duplicated: Count = 0
    synthetic: Count = 0
    train: Count = 0
    prior_before: float = 0
    prior_after: float = 0
    """Of the training rows as balanced, each counted by its weight."""
    sampling_rate: float = 0
    """Training rows after balancing to training rows before."""
    weight: float = 1
    """What each training row counts for, where rows have weights."""


class ManifestEvaluation(Frozen):
    """The evaluation in brief; the whole is in report/metrics.json."""

    metric: Metric
    baseline: float
    balanced: float
    difference: float
    interval: tuple[float, float]


class Environment(Frozen):
    """What made the bytes."""

    python: str
    packages: dict[str, str]


class Restoration(Frozen):
    """That a version is made of the files of an older one."""

    version: Annotated[int, Field(ge=1)]
    """The version whose files these are."""
    instead_of: tuple[str, ...]
    """Run keys of the versions that came after it: a run that would make one of them
    again leaves this version alone, unless it is forced to."""
    rollback: str
    """Tells two rollbacks apart that came at once."""


class Manifest(Frozen):
    """The passport of a version: other programs read it, so its keys are fixed."""

    format: Literal[1] = 1
    dataset: str
    version: Annotated[int, Field(ge=1)]
    parent: int | None
    run_key: str
    attempt: str
    created: str
    """UTC, ISO 8601; for people only."""
    source: ManifestSource
    target: str
    config: BalanceConfig
    seed: int
    weight_column: str | None = None
    """Of the training rows; None if they are not weighted."""
    sampler: SamplerUse | None = None
    """Of imbalanced-learn, if one chose and made the training rows."""
    decision: Decision
    diagnosis: Diagnosis
    classes: tuple[ManifestClass, ...]
    rejections: tuple[Rejection, ...]
    merger: Merger | None = None
    """None if no class was merged into another."""
    probability_correction: ProbabilityCorrection
    evaluation: ManifestEvaluation | None
    verdict: Verdict
    checks: tuple[Check, ...]
    """What was verified before publication."""
    searches: tuple[Search, ...] = ()
    """Of each class with synthetic rows."""
    features: dict[str, str] = Field(default_factory=dict)
    """What the feature schema says of each column, as canonical JSON."""
    redrawn: dict[str, Count] = Field(default_factory=dict)
    """Synthetic rows of each class that failed it and were drawn again."""
    findings: Findings | None = None
    """What is doubtful about the rows; None when nothing was evaluated."""
    odd_numbers: tuple[OddNumbers, ...] = ()
    """Of each feature that has any: NaN, infinities, -0.0."""
    tournament: ManifestTournament | None = None
    """What the decision rests on; None unless strategy evidence was asked for."""
    files: tuple[FileEntry, ...]
    environment: Environment
    restores: Restoration | None = None
    """Set by a rollback: run key, attempt and files are those of the older version."""
    sha256: str = ""
    """Of the canonical JSON of all other fields."""


class HistoryLine(Frozen):
    """A version in brief; of a damaged one only its number and time are known."""

    version: Annotated[int, Field(ge=1)]
    stored: str | None
    """When its manifest was stored, by the storage's clock; UTC, ISO 8601."""
    state: Literal["published", "held back", "damaged", "pruned", ""]
    """pruned: while it was looked at."""
    restores: int | None = None
    """The version whose files it is made of, after a rollback."""
    strategy: str | None = None
    """Its kind; of a sampler the name."""
    train: Count | None = None
    """Rows."""
    holdout: Count | None = None
    """Rows."""
    verdict: Verdict | None = None
    run_key: str | None = None
