"""Several datasets in one run: what is asked for, and how each of them ended."""

from typing import Literal

from pydantic import Field

from schemas.base import Frozen
from schemas.config import BalanceConfig
from schemas.errors import EvenkeelError
from schemas.survey import Count
from schemas.verdict import Verdict

AT_ONCE = 2
"""Datasets at once unless told otherwise. A stage takes all cores when it computes; two
fill the time in which one waits for storage, or works on one core, and take no more
than twice the memory."""


class Batch(Frozen):
    """Datasets to balance in one run."""

    datasets: tuple[BalanceConfig, ...] = Field(min_length=1)
    """Each as it would be balanced alone; no two of one name."""

    concurrency: int = Field(default=AT_ONCE, ge=1)
    """How many are worked on at once."""


class Ended(Frozen):
    """How the run of one dataset of several ended."""

    dataset: str
    source: str
    status: Literal["published", "unchanged", "rolled back", "held back", "failed"]
    """As of an outcome; failed: there is none."""
    verdict: Verdict | None = None
    rows: Count | None = None
    """Of the source."""
    train_rows: Count | None = None
    """As balanced."""
    version: int | None = None
    """The published version; None when nothing is, or when that was not found out."""
    error: str | None = None
    """In one line; set if it failed."""
    mendable: bool = False
    """Whether the person who wrote config or data can mend it."""


class BatchFailedError(EvenkeelError):
    """Some of the datasets failed; how each ended is the second of its facts."""

    def __init__(self, message: str, ended: tuple[Ended, ...]) -> None:
        """Say which failed, and keep how all ended."""
        super().__init__(message, ended)
        self.ended = ended

    def __str__(self) -> str:
        """Give the message alone."""
        return str(self.args[0])
