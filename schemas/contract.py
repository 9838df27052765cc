"""What the target must be, as a user says it; its Pandera schema is in target."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Frozen
from schemas.labels import Label


class OnViolation(StrEnum):
    """What happens to a row whose target breaks the contract."""

    REJECT = "reject"
    FAIL = "fail"


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
