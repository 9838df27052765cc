"""How far a stage is, followed by the clock. Who shows it is told; words are in pace.

The progress of flow runs is shown by progress_artifact, that of the command by flows.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Protocol

from tasks.algorithms.pace import Pace, advance, begin, finish, told
from tasks.algorithms.workload import call_size, part_sizes
from tasks.stopping import go_on

Progress = Callable[[str, Pace], None]
"""Told the name of a stage and its pace: when it begins, after each part, at its end.

Moments of the pace are those of ``time.monotonic``.
"""


class Report(Protocol):
    """Shows the progress of one dataset, or of several at once by their names."""

    def __call__(self, stage: str, pace: Pace, dataset: str = "") -> None:
        """Show how far a stage is."""
        ...


def silent(_stage: str, _pace: Pace) -> None:
    """Report no progress."""


class Follower:
    """Follows one stage of a run; parts are counted from one thread."""

    def __init__(self, stage: str, tell: Progress, pace: Pace) -> None:
        """Tell that a stage begins."""
        go_on()
        self.stage, self._tell = stage, tell
        self._set(pace)

    def _set(self, pace: Pace) -> None:
        self.pace = pace
        self._tell(self.stage, pace)

    def count(self, size: int) -> None:
        """Count a part that is done, by its size."""
        go_on()
        self._set(advance(self.pace, size, monotonic()))

    def finish(self, size: int | None = None) -> str:
        """Tell that the stage is over.

        Args:
            size: Rows it worked on, if they were not counted part by part.

        Returns:
            How fast it was, in words; empty if it counted nothing.
        """
        self._set(finish(self.pace, monotonic(), size))
        return told(self.pace, self.pace.counted)


def follow_call(stage: str, tell: Progress) -> Follower:
    """Follow a stage that is called once: its rows are known when it is over."""
    return Follower(stage, tell, begin(0, monotonic()))


def finish_call(follower: Follower, given: Sequence[object], found: object) -> str:
    """Tell that a call is over, and how fast it was, in words.

    Args:
        follower: Of the call.
        given: Its arguments.
        found: Its result.

    Returns:
        Words; empty if it worked on no rows, or on none that can be told.
    """
    return follower.finish(call_size(given, found))


def follow_parts(
    stage: str, items: Sequence[object], given: Sequence[object], tell: Progress
) -> tuple[Follower, list[int]]:
    """Follow a stage that is called for each item.

    Args:
        stage: Its name.
        items: What it is called for.
        given: Its other arguments.
        tell: Is told.

    Returns:
        The follower, and the size of each item: its rows, or 1 where it has none.
    """
    sizes = part_sizes(items, given)
    unit = "parts" if sizes is None else "rows"
    sizes = [1] * len(items) if sizes is None else sizes
    return Follower(stage, tell, begin(sum(sizes), monotonic(), unit)), sizes
