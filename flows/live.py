"""The stages of a run on stderr while they run. What a run found is in console.

The stage that runs is one line of a terminal, rewritten, or one for each dataset at
work; each that worked on rows leaves a plain line, in a terminal or not.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from time import monotonic

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tasks.algorithms.pace import Pace, begin, finish, told
from tasks.progress import Progress, Report

_BAR = 24  # cells
_A_SECOND = 4  # times that the line is rewritten


@contextmanager
def progress() -> Iterator[Report]:
    """Show the stages on stderr.

    Yields:
        What the runner tells of its stages; where several datasets are at work, each
        by its name.
    """
    out = Console(stderr=True, highlight=False)
    running: dict[str, tuple[str, Pace]] = {}

    live = Live(
        get_renderable=lambda: _line(running),
        console=out,
        refresh_per_second=_A_SECOND,
        transient=True,
    )

    def report(stage: str, pace: Pace, dataset: str = "") -> None:
        name = f"{dataset}: {stage}" if dataset else stage
        if not pace.over:
            running[dataset] = name, pace
            return
        running.pop(dataset, None)
        if said := told(pace, pace.counted):
            if live.is_started:
                live.refresh()  # else the stage is drawn again below what it came to
            out.print(Text(f"{name}: {said}"), soft_wrap=True)

    with live if sys.stderr.isatty() else nullcontext():
        yield report


@contextmanager
def progress_of(dataset: str, report: Report) -> Iterator[Progress]:
    """Show the stages of one dataset of several, until its run ends, in whatever way.

    Args:
        dataset: Its name.
        report: Of all of them, as progress gives it.

    Yields:
        What the runner tells of its stages.
    """
    try:
        yield partial(report, dataset=dataset)
    finally:
        report("", finish(begin(0, 0.0), 0.0), dataset)


def _line(running: dict[str, tuple[str, Pace]]) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    # A copy: the run may go on to its next stage while this one is drawn.
    for stage, pace in list(running.values()):
        words = Text(told(pace, monotonic()), no_wrap=True, overflow="ellipsis")
        bar = ProgressBar(pace.total or None, pace.done, width=_BAR, pulse=False)
        line.add_row(stage, bar if pace.total else "", words)
    return line
