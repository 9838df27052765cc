"""What stages write, where, and what was checked of it."""

from schemas.base import Frozen
from schemas.findings import OddNumbers
from schemas.survey import Count


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
