"""How strategies are compared, as a user asks for it; what comes of it: tournament."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.base import Frozen
from schemas.evaluation import EvaluatorKind
from schemas.strategy import SAMPLER, is_sampler


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
        named = [one.removeprefix(SAMPLER) for one in asked if is_sampler(one)]
        others = [one for one in asked if not is_sampler(one)]
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
