"""What a user may ask for. How it is done lives in tasks; engines are not config."""

import re
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Frozen
from schemas.contest import TournamentConfig
from schemas.contract import TargetContract
from schemas.evaluation import EvaluationConfig
from schemas.labels import Label
from schemas.splits import Split
from schemas.strategy import Policy, Strategy


class Infinities(StrEnum):
    """What becomes of rows that hold an infinite number."""

    MISSING = "missing"
    REJECT = "reject"


class PublishWhen(StrEnum):
    """What the verdict must be for a version to be published."""

    ALWAYS = "always"
    UNLESS_HURT = "unless_hurt"
    IF_HELPED = "if_helped"


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
