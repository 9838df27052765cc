"""The stages of a run on stderr while they run. What a run found is in console.

The stage that runs is one line of a terminal, rewritten; each that worked on rows
leaves a plain line, in a terminal or not.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from time import monotonic

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tasks.algorithms.pace import Pace, told
from tasks.progress import Progress

_BAR = 24  # cells
_A_SECOND = 4  # times that the line is rewritten


@contextmanager
def progress() -> Iterator[Progress]:
    """Show the stages on stderr.

    Yields:
        What the runner tells of its stages.
    """
    out = Console(stderr=True, highlight=False)
    running: list[tuple[str, Pace]] = []

    live = Live(
        get_renderable=lambda: _line(running),
        console=out,
        refresh_per_second=_A_SECOND,
        transient=True,
    )

    def report(stage: str, pace: Pace) -> None:
        running[:] = [] if pace.over else [(stage, pace)]
        said = told(pace, pace.counted)
        if pace.over and said:
            if live.is_started:
                live.refresh()  # else the stage is drawn again below what it came to
            out.print(Text(f"{stage}: {said}"), soft_wrap=True)

    with live if sys.stderr.isatty() else nullcontext():
        yield report


def _line(running: list[tuple[str, Pace]]) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    # A copy: the run may go on to its next stage while this one is drawn.
    for stage, pace in running[:]:
        words = Text(told(pace, monotonic()), no_wrap=True, overflow="ellipsis")
        bar = ProgressBar(pace.total or None, pace.done, width=_BAR, pulse=False)
        line.add_row(stage, bar if pace.total else "", words)
    return line
