"""Which rows are held out, as a user asks for it. How it is done lives in tasks."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Frozen
from schemas.labels import Label


class SplitKind(StrEnum):
    """What decides whether a row is trained on or held out."""

    STRATIFIED = "stratified"
    GROUP = "group"
    TIME = "time"
    COLUMN = "column"


_TEST = ("test",)


class Split(Frozen):
    """How to part rows. One flat model, for the same reason as Strategy."""

    kind: SplitKind = Field(default=SplitKind.STRATIFIED, title="Kind")
    """stratified: the same share of each class, by chance. group: equal values of the
    column stay on one side. time: the newest rows are held out. column: those that the
    column names."""

    column: str | None = None
    """The column that names the group, dates the row, or says which side it is on; of a
    group or a side no model learns. Not for stratified."""

    values: tuple[Label, ...] = Field(default=_TEST, min_length=1)
    """Values of the column that are held out, as text (column)."""

    @model_validator(mode="after")
    def _has_what_it_looks_at(self) -> Self:
        if self.kind is SplitKind.STRATIFIED and self.column is not None:
            raise ValueError(
                "stratified looks at no column; say what the column is for with kind "
                "group, time or column"
            )
        if self.kind is not SplitKind.STRATIFIED and self.column is None:
            raise ValueError(f"kind {self.kind} needs a column, as in {self.kind}:NAME")
        if self.kind is not SplitKind.COLUMN and self.values != _TEST:
            raise ValueError("values go with kind column")
        return self
