"""How figures are made: style, palette, bytes. What they show lives in painting.

Text stays text, so that the reader's own fonts draw every script and emoji. The
palette is Okabe and Ito's, which colour-blind people can tell apart:
https://jfly.uni-koeln.de/color/
"""

import threading
import warnings
from collections.abc import Callable, Iterable
from io import BytesIO

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tasks.algorithms.captions import cells

INK, QUIET, PALE = "#222222", "#666666", "#b8bec5"
BLUE, ORANGE, GREEN, RED = "#0072b2", "#e69f00", "#009e73", "#d55e00"

_INCHES_PER_CELL = 0.088
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "evenkeel",
    "text.parse_math": False,
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": "#e6e8eb",
    "legend.frameon": False,
    "legend.borderaxespad": 0,
    "legend.borderpad": 0,
    "legend.handlelength": 1.6,
    "legend.columnspacing": 1.6,
}
_LOCK = threading.Lock()  # matplotlib's style and Python's warning filter are global


def svg(width: float, height: float, paint: Callable[[Figure], None]) -> bytes:
    """Paint a figure and write it as SVG, without pyplot and without a clock.

    Args:
        width: Inches.
        height: Inches.
        paint: Adds axes to the empty figure.

    Returns:
        SVG on white, the same bytes for the same drawing.
    """
    stream = BytesIO()
    with _LOCK, style.context(["default", _STYLE]), warnings.catch_warnings():
        # The reader's fonts draw the text, so it is no matter what ours lack.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = Figure(figsize=(width, height))
        paint(figure)
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def margins(
    figure: Figure, *, left: float, right: float, top: float, bottom: float
) -> None:
    """Set the margins of a figure in inches, whatever its size."""
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=left / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
    )


def gutter(names: Iterable[str]) -> float:
    """Give the inches that names need beside an axis.

    Matplotlib would measure glyphs of a font that the reader may not see.
    """
    return 0.2 + _INCHES_PER_CELL * max(cells(name) for name in names)


def legend_above(axes: Axes) -> None:
    """Put the legend in one row above the axes, left-aligned with them."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.02), ncols=5)


def bare(axes: Axes) -> None:
    """Take away the frame and the tick marks; names of ticks stay."""
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
