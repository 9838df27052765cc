"""How to balance, as a user asks for it. Deciding is algorithms.decide's business."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Frozen
from schemas.labels import Label, Params


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


SAMPLER = "sampler:"
"""Before the name of a sampler, where strategies are listed."""


def is_sampler(value: object) -> bool:
    """Tell whether something names a sampler, as in sampler:SMOTETomek."""
    return isinstance(value, str) and value.startswith(SAMPLER)


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
        if not isinstance(given, dict) or not is_sampler(given.get("kind")):
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


def _check_shares(fractions: dict[str, float]) -> None:
    total = sum(fractions.values())
    if min(fractions.values(), default=0) <= 0 or abs(total - 1) > 1e-6:  # noqa: PLR2004 - rounding of hand-written shares
        raise ValueError(
            f"fractions must be positive and sum to 1, these sum to {total:g}"
        )
