"""What became of many tries of one kind. How they are tried is said elsewhere."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """A line of the table of a soak."""

    name: str
    tried: int
    failed: int
    worst_seconds: float
    """The longest try."""
    peak_mb: float
    """Memory of the largest process that tried, in all."""
    failures: tuple[str, ...] = ()
    """What failed, the first few."""
