"""What is to become of each row: the diagnosis, the decision, and the plan."""

from typing import Annotated

from pydantic import Field, JsonValue

from schemas.base import Frozen
from schemas.splits import Split
from schemas.strategy import StrategyKind
from schemas.survey import Count
from schemas.tournament import Match


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
