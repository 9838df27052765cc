"""What stages hand on: small, frozen, JSON. What users ask for lives in config."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from schemas.base import Frozen
from schemas.config import BalanceConfig
from schemas.evaluation import EvaluatorKind, Metric
from schemas.findings import Findings, OddNumbers
from schemas.scores import Curve, Scores
from schemas.splits import Split
from schemas.strategy import StrategyKind
from schemas.tournament import Leaderboard, ManifestTournament, Match

Verdict = Literal["helped", "no difference", "hurt", "not evaluated"]
Role = Literal[
    "target",
    "key",
    "ignore",
    "weight",
    "numeric",
    "temporal",
    "categorical",
    "ordinal",
]
Count = Annotated[int, Field(ge=0)]


class Fragment(Frozen):
    """One Parquet file of the source."""

    path: str
    """Path in its filesystem."""
    name: str
    """Path relative to the source's root, with forward slashes."""
    first: Count
    """Ordinal of its first row over all files in sorted order, from 0."""
    rows: Count
    row_groups: tuple[Count, ...]
    """Rows of each row group."""
    bytes: Count
    sha256: str
    partition: dict[str, str | int | None] = Field(default_factory=dict)
    """Values of hive-style partition columns."""


class Column(Frozen):
    """A column and what it is used for."""

    name: str
    type: str
    role: Role
    nullable: bool
    levels: tuple[str, ...] = ()
    """Of an ordinal column, lowest first."""
    checks: str = ""
    """What the feature schema says of it, as canonical JSON."""


class Rejection(Frozen):
    """Rows of one label that break the contract; label None is a missing label."""

    label: str | None
    reason: str
    rows: Count
    feature: bool = False
    """Whether a feature is wrong, and not the label."""


class Merger(Frozen):
    """Classes that were too rare to stay apart, and the one that they became."""

    into: str
    rows: dict[str, Count]
    """Of each label that was merged, in label order."""


class Survey(Frozen):
    """What is known of a source from its footers and its target column."""

    name: str
    source: str
    fingerprint: str
    """sha256 over the names and contents of all files, and the feature schema."""
    fragments: tuple[Fragment, ...]
    rows: Count
    arrow_schema: bytes
    """The table's Arrow schema, serialised (pyarrow.Schema.serialize)."""
    columns: tuple[Column, ...]
    counts: dict[str, Count]
    """Rows of each accepted class, in label order."""
    rejections: tuple[Rejection, ...]
    merger: Merger | None = None
    """Its labels are those of the source; in counts they are what they became."""
    finite: tuple[str, ...] = ()
    """Columns in which an infinite number gets a row rejected."""


class Diagnosis(Frozen):
    """How imbalanced a vector of class counts is; formulas in algorithms/imbalance."""

    classes: Count
    rows: Count
    imbalance_ratio: float
    minority_share: float
    pielou_j: float
    hill_1: float
    hill_2: float
    gini_simpson: float
    """Normalised to 0..1."""
    total_variation: float
    imbalance_degree: float
    lrid: float
    p_value: float


class Decision(Frozen):
    """Which strategy, and why, in sentences that name the numbers they rest on."""

    strategy: StrategyKind
    reason: str
    notes: tuple[str, ...] = ()
    """Exceptions: small classes, clipped neighbours, capped growth."""


class ClassPlan(Frozen):
    """How many rows of a class go where, and the thresholds that make it so.

    A row of the class with hash h is holdout if h < holdout_below, else kept if
    h < keep_below, else dropped. A kept row is written 1 + copies times, once more
    if h < extra_below. Thresholds are in 0..2**64. With a split that is not stratified
    another number, that of algorithms/sides, is compared with holdout_below.
    """

    label: str
    source: Count
    holdout: Count
    kept: Count
    dropped: Count
    duplicated: Count = 0
    synthetic: Count = 0
    train: Count
    """kept + duplicated + synthetic."""
    weight: Annotated[float, Field(gt=0)] = 1
    """What each training row counts for, where rows have weights."""
    k_neighbors: Count = 0
    """Neighbours used for this class; 0 when nothing is synthesised."""
    copies: Count = 0
    holdout_below: int = 0
    keep_below: int = 2**64
    extra_below: int = 0


class SamplerUse(Frozen):
    """A sampler of imbalanced-learn, and what can be told of the rows it gave."""

    name: str
    """Of its class."""
    params: dict[str, JsonValue]
    """Those that are set, but for random_state; classes by label."""
    traceable: bool | None = None
    """Whether it is known of every row which row of the source it is, or descends from;
    None until the sampler has run."""


class SampleThresholds(Frozen):
    """Rows whose sampling hash lies below are kept aside for the evaluation."""

    asis: int = 0
    balanced: int = 0
    holdout: int = 0
    spared: int = 0
    """Of another hash: training rows that are calibrated on; 0 where that is none."""


class ResamplePlan(Frozen):
    """All that any worker needs to decide any row by itself."""

    run_key: str
    seed: int
    target: str
    key: tuple[str, ...]
    split: Split = Split()
    standardize: bool
    weight_column: str | None = None
    """Appended to the training rows; None if they are not weighted."""
    sampler: SamplerUse | None = None
    """What chooses and makes the training rows, instead of thresholds and SMOTE."""
    decision: Decision
    before: Diagnosis
    """Of the training rows as they are."""
    after: Diagnosis
    """Of the training rows as balanced, each counted by its weight."""
    classes: tuple[ClassPlan, ...]
    samples: SampleThresholds = SampleThresholds()


class Schedule(Frozen):
    """All that is to be played."""

    plan: ResamplePlan
    """Which rows are compared on."""
    matches: tuple[Match, ...]
    notes: tuple[str, ...] = ()
    """What is left out, and why."""


class Shard(Frozen):
    """A run of source rows that one task resamples: ordinals start to stop."""

    start: Count
    stop: Count


class SyntheticPart(Frozen):
    """A run of a class's synthetic rows that one task makes: one file."""

    code: Count
    """Place of the class in the plan."""
    number: Count
    start: Count
    stop: Count


class FileEntry(Frozen):
    """A file of a version, relative to OUTPUT/NAME."""

    path: str
    rows: Count | None = None
    """None for files that hold no rows (report, figures)."""
    bytes: Count
    sha256: str


class Written(Frozen):
    """What one task wrote."""

    files: tuple[FileEntry, ...]


class ShardResult(Written):
    """What became of a shard's rows, counted while they were written."""

    holdout: Count
    kept: Count
    dropped: Count
    rejected: Count
    odd_numbers: tuple[OddNumbers, ...] = ()
    """Of each feature that has any."""


class SyntheticResult(Written):
    """Synthetic rows of a class that one task made."""

    label: str
    rows: Count
    redrawn: Count
    """Rows of them that failed the feature schema as they were drawn first."""


class Check(Frozen):
    """One thing that was verified before publication."""

    name: str
    success: bool
    note: str
    """What was compared, with numbers."""


class Attempt(Frozen):
    """A place to write one run's files; nothing in it is visible until committed."""

    root: str
    """OUTPUT/NAME as a path in its filesystem."""
    run_key: str
    attempt: str
    parent: int | None = None
    """The version that was published when the run began."""


class ClassReport(Frozen):
    """Precision, recall and F1 of one class."""

    label: str
    precision: float
    recall: float
    f1: float
    support: Count


class ModelEvaluation(Frozen):
    """One model on the holdout."""

    name: str
    """baseline, threshold_moved, balanced; then corrected (balanced, with the real
    priors by the formula) or calibrated (balanced, without the rows that it was
    calibrated on), where it is either."""
    train_rows: Count
    """Rows it was trained on, after the cap."""
    scores: Scores
    per_class: tuple[ClassReport, ...]
    confusion: tuple[tuple[Count, ...], ...]
    """Rows true, columns predicted, in label order."""
    precision_recall: Curve
    """Of the minority class: x recall, y precision."""
    calibration: Curve
    """Of the minority class: x mean predicted probability, y observed share."""


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


class Evaluation(Frozen):
    """The data as it was against the data as balanced, on the same holdout."""

    evaluator: EvaluatorKind
    metric: Metric
    labels: tuple[str, ...]
    """Classes known to the models, in the order of the confusion matrices."""
    minority: str
    holdout_rows: Count
    capped: bool
    """Whether max_rows cut the training set or the holdout."""
    accelerated: bool = False
    """Whether scikit-learn-intelex trained the models, not scikit-learn."""
    models: tuple[ModelEvaluation, ...]
    difference: float
    """Balanced minus baseline in the primary metric, so that positive is better."""
    interval: tuple[float, float]
    confidence: float
    verdict: Verdict
    notes: tuple[str, ...] = ()


class ProbabilityCorrection(Frozen):
    """How probabilities learnt on the balanced set go back to the real priors."""

    formula: str
    safe: bool
    note: str


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
