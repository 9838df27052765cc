"""What a source holds, as a survey found it."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Frozen

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
