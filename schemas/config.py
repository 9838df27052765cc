"""What a user may ask for. How it is done lives in tasks; engines are not config."""

import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.base import Frozen
from schemas.labels import Label, Params
from schemas.splits import Split


class StrategyKind(StrEnum):
    """How the training set is balanced."""

    AUTO = "auto"
    NONE = "none"
    RANDOM_OVER = "random_over"
    RANDOM_UNDER = "random_under"
    SMOTE = "smote"
    SMOTE_UNDER = "smote_under"
    WEIGHTS = "weights"
    EVIDENCE = "evidence"
    SAMPLER = "sampler"


class OnViolation(StrEnum):
    """What happens to a row whose target breaks the contract."""

    REJECT = "reject"
    FAIL = "fail"


class Infinities(StrEnum):
    """What becomes of rows that hold an infinite number."""

    MISSING = "missing"
    REJECT = "reject"


class EvaluatorKind(StrEnum):
    """The model that is trained as-is and as-balanced."""

    RANDOM_FOREST = "random_forest"
    KNN = "knn"
    LOGISTIC_REGRESSION = "logistic_regression"
    HIST_GRADIENT_BOOSTING = "hist_gradient_boosting"
    XGBOOST = "xgboost"
    BALANCED_RANDOM_FOREST = "balanced_random_forest"
    EASY_ENSEMBLE = "easy_ensemble"
    RUS_BOOST = "rus_boost"
    NONE = "none"


class Metric(StrEnum):
    """The primary metric; the verdict rests on it."""

    MACRO_F1 = "macro_f1"
    BALANCED_ACCURACY = "balanced_accuracy"
    G_MEAN = "g_mean"
    MCC = "mcc"
    ROC_AUC = "roc_auc"
    AVERAGE_PRECISION = "average_precision"
    BRIER = "brier"
    LOG_LOSS = "log_loss"


class PublishWhen(StrEnum):
    """What the verdict must be for a version to be published."""

    ALWAYS = "always"
    UNLESS_HURT = "unless_hurt"
    IF_HELPED = "if_helped"


SAMPLER = "sampler:"
"""Before the name of a sampler, where strategies are listed."""


class TargetContract(Frozen):
    """What the target column must be before it is balanced."""

    allowed: tuple[Label, ...] | None = None
    """Labels that may occur, as text. Not set: any label."""

    nullable: bool = False
    """Rows without a label are expected: set aside in rejected/ without limit."""

    min_rows_per_class: int = Field(default=1, ge=1)
    """Fewer rows of any class stop the run."""

    max_classes: int = Field(default=100, ge=2)
    """More distinct labels stop the run: the target is probably continuous."""

    on_violation: OnViolation = Field(default=OnViolation.REJECT, title="On violation")
    """reject: rows that break the contract go to rejected/. fail: they stop the run."""

    max_rejected_share: float = Field(default=0.05, ge=0, le=1)
    """Above this share of rejected rows the run stops, whatever on_violation says."""

    rare_below: int | None = Field(default=None, ge=2)
    """Classes of fewer rows are rare: give rare_into or rare_drop as well."""

    rare_into: Label | None = None
    """The class that rows of rare classes are given, in what is published too."""

    rare_drop: bool = False
    """Rows of rare classes are set aside in rejected/ without limit."""

    @model_validator(mode="after")
    def _rare_classes_have_one_fate(self) -> Self:
        fates = (self.rare_into is not None) + self.rare_drop
        if fates != (self.rare_below is not None):
            raise ValueError(
                "rare_below says which classes are rare, and one of rare_into and "
                "rare_drop what becomes of them: give it and one of the two, or none"
            )
        if self.allowed and self.rare_into not in {None, *self.allowed}:
            raise ValueError(f"rare_into {self.rare_into!r} is not among allowed")
        return self


class Policy(Frozen):
    """The table by which strategy auto decides, in order; the first line that fits."""

    balanced_up_to: float = Field(default=1.5, ge=1)
    """Imbalance ratio up to which nothing is done: a forest does not feel 3:2."""

    undersample_above_rows: int = Field(default=1_000_000, ge=1)
    """Training rows above which the majority is cut: there is plenty to learn from."""

    undersample_keeps_at_least: int = Field(default=1_000, ge=1)
    """Rows the smallest class must have for undersampling alone: fewer starve it."""

    smote_up_to_rows: int = Field(default=50_000, ge=1)
    """Rows of the smallest class up to which rows are synthesised, not dropped."""


class Strategy(Frozen):
    """How to balance. One flat model: Prefect's form keeps fields across union tabs."""

    # The form would call a choice by its class: hence the titles, here and below.
    kind: StrategyKind = Field(default=StrategyKind.AUTO, title="Kind")
    """auto decides by the policy; evidence by a tournament on training rows, as compare
    holds it; none publishes the training rows as they are; sampler is any sampler of
    imbalanced-learn, by name, in memory (sampler:NAME for short)."""

    name: str | None = Field(default=None, min_length=1)
    """Which sampler, by its class in imbalanced-learn, such as SMOTETomek."""

    params: Params | None = None
    """Parameters of the sampler, as imbalanced-learn has them; classes by label."""

    ratio: float = Field(default=1.0, gt=0, le=1)
    """Rows of each smaller class to rows of the largest, after balancing."""

    rows: dict[Label, int] | None = None
    """Training rows for each class, instead of the ratio."""

    fractions: dict[Label, float] | None = None
    """Share of the training set for each class (all classes, sum 1), not the ratio."""

    max_growth: float | None = Field(default=None, ge=1)
    """Training rows after balancing to before, at most; additions shrink to fit."""

    cap_rows: int | None = Field(default=None, ge=2)
    """Training rows after balancing, at most: a strategy that drops rows drops more,
    of each class the same share; of another, additions shrink to fit."""

    leave: tuple[Label, ...] = ()
    """Classes that keep their rows as they are, and set the size of no other."""

    k_neighbors: int = Field(default=5, ge=1)
    """Neighbours a synthetic row may be drawn towards (smote, smote_under, and samplers
    that take it)."""

    standardize: bool = True
    """Search neighbours on standardised columns; else the widest column decides."""

    weight_column: str | None = Field(default=None, min_length=1)
    """Column that says what each training row counts for (weights, random_under). Not
    set: weight, and none for random_under."""

    @model_validator(mode="before")
    @classmethod
    def _sampler_for_short(cls, given: object) -> object:
        if not isinstance(given, dict) or not _is_sampler(given.get("kind")):
            return given
        kind, _, name = given["kind"].partition(":")
        return {**given, "kind": kind, "name": name}

    @model_validator(mode="after")
    def _sampler_has_a_name(self) -> Self:
        if self.kind is StrategyKind.SAMPLER and self.name is None:
            raise ValueError(
                "kind sampler needs the name of a sampler, such as SMOTETomek; "
                "'evenkeel strategies' lists them"
            )
        if self.kind is not StrategyKind.SAMPLER and (self.name or self.params):
            raise ValueError("name and params go with kind sampler")
        return self

    @model_validator(mode="after")
    def _weights_where_they_are_written(self) -> Self:
        writes = {StrategyKind.WEIGHTS, StrategyKind.RANDOM_UNDER}
        if self.weight_column is not None and self.kind not in writes:
            raise ValueError("weight_column goes with kind weights or random_under")
        return self

    @model_validator(mode="after")
    def _one_way_to_size(self) -> Self:
        sized = self.rows is not None or self.fractions is not None
        if self.kind is StrategyKind.EVIDENCE and (sized or self.ratio != 1):
            raise ValueError(
                "evidence finds the sizes itself: give no ratio, rows or fractions; "
                "what it tries is tournament.ratios"
            )
        if self.rows is not None and self.fractions is not None:
            raise ValueError("give rows or fractions, not both")
        if self.leave and (self.fractions or set(self.leave) & set(self.rows or ())):
            raise ValueError(
                "a class is left as it is or given a size, not both; fractions give "
                "one to every class"
            )
        if self.rows is not None and min(self.rows.values(), default=1) < 1:
            raise ValueError("rows must be 1 or more for each class")
        if self.fractions is not None:
            _check_shares(self.fractions)
        return self


def _is_sampler(value: object) -> bool:
    return isinstance(value, str) and value.startswith(SAMPLER)


def _check_shares(fractions: dict[str, float]) -> None:
    total = sum(fractions.values())
    if min(fractions.values(), default=0) <= 0 or abs(total - 1) > 1e-6:  # noqa: PLR2004 - rounding of hand-written shares
        raise ValueError(
            f"fractions must be positive and sum to 1, these sum to {total:g}"
        )


class EvaluationConfig(Frozen):
    """How balancing is judged, on the untouched holdout."""

    evaluator: EvaluatorKind = Field(
        default=EvaluatorKind.RANDOM_FOREST, title="Evaluator"
    )
    """The model trained on the data as it was and as balanced; none skips it."""

    metric: Metric = Metric.MACRO_F1
    """The verdict rests on the difference of this metric."""

    trees: int = Field(default=100, ge=1)
    """Trees of the forest, or rounds of boosting; those of easy_ensemble all told."""

    max_rows: int = Field(default=100_000, ge=10)
    """Rows used of the larger training set, and of the holdout, about: a seeded sample.
    Of the other training set as large a share, or it would know more of the source."""

    resamples: int = Field(default=1_000, ge=100)
    """Paired bootstrap resamples of the holdout behind the interval."""

    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """Level of the interval of the difference."""


class Approach(StrEnum):
    """A way to treat imbalance that a tournament can try."""

    NONE = "none"
    THRESHOLD = "threshold"
    WEIGHTS = "weights"
    RANDOM_UNDER = "random_under"
    RANDOM_UNDER_CORRECTED = "random_under_corrected"
    RANDOM_OVER = "random_over"
    SMOTE_UNDER = "smote_under"
    SMOTE = "smote"
    SAMPLER = "sampler"


APPROACHES = tuple(one for one in Approach if one is not Approach.SAMPLER)
"""Those that need no name of a sampler."""


class TournamentConfig(Frozen):
    """How strategies are compared, each fitted inside every training fold."""

    approaches: tuple[Approach, ...] = Field(default=APPROACHES, min_length=1)
    """What is tried; none always is. threshold: none, its threshold tuned in the
    training fold. weights: class weights. corrected: back to the real priors.
    sampler:NAME is short for one of samplers."""

    samplers: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Samplers of imbalanced-learn that are tried too, by name."""

    ratios: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(
        default=(0.1, 0.25, 0.5, 1.0), min_length=1
    )
    """Rows of each smaller class to rows of the largest; one that does nothing is left
    out."""

    learners: tuple[EvaluatorKind, ...] = Field(
        default=(EvaluatorKind.RANDOM_FOREST,), min_length=1
    )
    """Models that are fitted."""

    folds: int = Field(default=5, ge=2, le=20)
    """Parts of the rows; each is predicted once in a repeat."""

    repeats: int = Field(default=3, ge=1, le=20)
    """How often the rows are parted anew."""

    group: str | None = None
    """A column whose equal values stay in one fold, such as a customer; no model of the
    comparison sees it."""

    max_rows: int = Field(default=20_000, ge=100)
    """Training rows that are compared on, about; a seeded, stratified sample."""

    cost_fp: float | None = Field(default=None, gt=0)
    """What it costs to take a row of another class for the minority's."""

    cost_fn: float | None = Field(default=None, gt=0)
    """What it costs to miss a row of the minority class."""

    level: float = Field(default=0.05, gt=0, lt=0.5)
    """An approach beats none if its corrected p-value is below this."""

    sentinel: bool = True
    """Play on permuted labels too, which nothing honest can predict."""

    @model_validator(mode="before")
    @classmethod
    def _samplers_for_short(cls, given: object) -> object:
        asked = given.get("approaches") if isinstance(given, dict) else None
        if not isinstance(given, dict) or not isinstance(asked, list | tuple):
            return given
        named = [one.removeprefix(SAMPLER) for one in asked if _is_sampler(one)]
        others = [one for one in asked if not _is_sampler(one)]
        if not named:
            return given
        samplers = [*(given.get("samplers") or ()), *named]
        return {**given, "approaches": others or ["none"], "samplers": samplers}

    @model_validator(mode="after")
    def _can_be_run(self) -> Self:
        if Approach.SAMPLER in self.approaches:
            raise ValueError("name samplers one by one, such as sampler:SMOTETomek")
        if EvaluatorKind.NONE in self.learners:
            raise ValueError("learners must be models; none is no model")
        if (self.cost_fp is None) != (self.cost_fn is None):
            raise ValueError("give cost_fp and cost_fn, or neither")
        return self


class WatchConfig(Frozen):
    """When the watch flow speaks up about a dataset."""

    settle_seconds: float = Field(default=60, ge=0)
    """Files younger than this may still be written to: they wait for the next round."""

    max_p_value: float = Field(default=0.01, ge=0, le=1)
    """The class priors drifted if chance moves them as far no more often than this."""

    min_effect: float = Field(default=0.1, ge=0)
    """They must also move by this Cohen's w: in big tables any move is significant."""


SLUG = re.compile(r"[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?")
_BLOCK = r"^(secret/)?[a-z0-9-]{1,200}$"


class BalanceConfig(Frozen):
    """One dataset, one target, one strategy: the parameter of the balance flow."""

    source: str = Field(min_length=1)
    """A Parquet file, a directory of them, or a glob."""

    target: str = Field(min_length=1)
    """The column that holds the class."""

    name: str | None = Field(default=None, pattern=rf"^{SLUG.pattern}$")
    """Name of the dataset, a slug. Not set: made from the source's file name."""

    output: str = Field(default="balanced", min_length=1)
    """Folder under which the dataset's versions are published, as OUTPUT/NAME."""

    source_credentials: str | None = Field(default=None, pattern=_BLOCK)
    """Name of a Prefect Secret block to read a bucket with. Not set: environment."""

    output_credentials: str | None = Field(default=None, pattern=_BLOCK)
    """Name of a Prefect Secret block to write a bucket with. Not set: environment."""

    key: tuple[str, ...] = ()
    """Columns that identify a row: it keeps its side of a stratified split as tables
    grow. Here and in the next three, names or patterns such as *_id."""

    ignore: tuple[str, ...] = ()
    """Columns no model may learn from; null in synthetic rows."""

    categorical: tuple[str, ...] = ()
    """Columns whose numbers are names of levels: voted, never averaged."""

    numeric: tuple[str, ...] = ()
    """Booleans to be interpolated as 0 and 1, and rounded."""

    ordinal: dict[str, tuple[Label, ...]] = Field(default={})
    """All levels of columns whose levels have an order, lowest first. A synthetic row
    gets one between those of its parents; models get ranks."""

    features: str | None = Field(default=None, min_length=1)
    """A Pandera schema in YAML: bounds and allowed values of features, which rows of
    the source and synthetic rows must pass."""

    weight: str | None = Field(default=None, min_length=1)
    """Column that says what each row counts for: no feature; models are fitted with it
    where they take weights. A synthetic row has its parent's."""

    holdout: float = Field(default=0.2, gt=0, lt=1)
    """Share of each class set aside for evaluation, never resampled; of the groups, or
    of the rows, if the split is by group or time."""

    split: Split = Field(default=Split(), title="Split")
    """Which rows are set aside."""

    seed: int = Field(default=0, ge=0, lt=2**63)
    """Same source, config and seed: same bytes."""

    strategy: Strategy = Strategy()
    """How to balance."""

    contract: TargetContract = Field(default=TargetContract(), title="Contract")
    """What the target must be."""

    infinities: Infinities = Field(default=Infinities.MISSING, title="Infinities")
    """missing: models and the search for neighbours take infinite numbers for missing,
    and rows stay as they are. reject: rows with one in a feature go to rejected/."""

    policy: Policy = Policy()
    """How strategy auto decides."""

    evaluation: EvaluationConfig = Field(default=EvaluationConfig(), title="Evaluation")
    """How balancing is judged."""

    publish: PublishWhen = Field(default=PublishWhen.ALWAYS, title="Publish")
    """Which verdict a version needs; one without it is held back, with its report."""

    tournament: TournamentConfig = Field(default=TournamentConfig(), title="Tournament")
    """How compare, and strategy evidence, find what is best."""

    watch: WatchConfig = WatchConfig()
    """When the watch flow speaks up about the source."""

    @model_validator(mode="after")
    def _levels_are_several(self) -> Self:
        for name, levels in self.ordinal.items():
            if len(levels) < 2 or len(set(levels)) < len(levels):  # noqa: PLR2004 - an order
                raise ValueError(
                    f"ordinal must list two levels or more of {name!r}, each once"
                )
        return self

    @model_validator(mode="after")
    def _target_has_one_role(self) -> Self:
        roles = ("key", "ignore", "categorical", "numeric", "ordinal")
        for role in (*roles, "weight"):
            given = getattr(self, role)
            if self.target in ((given,) if role == "weight" else given):
                raise ValueError(f"the target {self.target!r} cannot be {role} as well")
        parting = {self.split.column, self.tournament.group} - {None}
        for role in ("target", "weight"):
            if (name := getattr(self, role)) in parting:
                raise ValueError(f"the {role} {name!r} cannot part the rows as well")
        return self
