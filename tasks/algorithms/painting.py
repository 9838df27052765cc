"""How each figure is filled with bars, lines and cells; sizes are set in figures."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from schemas.verdict import Evaluation, ModelEvaluation
from tasks.algorithms import canvas
from tasks.algorithms.canvas import BLUE, GREEN, INK, ORANGE, PALE, QUIET, RED
from tasks.algorithms.captions import shorten
from tasks.algorithms.fates import ClassFate, rows_before
from tasks.algorithms.tables import METRICS

_PARTS = {
    "kept": ("real", BLUE),
    "duplicated": ("duplicated", ORANGE),
    "synthetic": ("synthetic", GREEN),
}
_VERDICTS = {"helped": GREEN, "hurt": RED}
_LINES: dict[str, dict[str, Any]] = {
    "baseline": {"color": RED, "linestyle": "--", "marker": "s"},
    "balanced": {"color": BLUE, "linestyle": "-", "marker": "o"},
}
_REMEDY = {"color": GREEN, "linestyle": "-.", "marker": "^"}
_CURVES = {**_LINES, "corrected": _REMEDY, "calibrated": _REMEDY}
_COUNTS_UP_TO = 6  # classes; in more cells nobody reads a number
_LABEL_WIDTH = 24
_DARK = 0.4  # share above which a cell needs white text


def bars(figure: Figure, classes: Sequence[ClassFate]) -> None:
    """Paint two bars for each class: its rows before; what they are made of after."""
    names = [shorten(one.label, _LABEL_WIDTH) for one in classes]
    axes = figure.subplots()
    canvas.margins(figure, left=canvas.gutter(names), right=0.8, top=0.5, bottom=0.55)
    _stack(axes, {"before": ([rows_before(one) for one in classes], PALE)}, -0.27, 0.2)
    after = {
        name: ([getattr(one, part) for one in classes], color)
        for part, (name, color) in _PARTS.items()
    }
    _stack(axes, after, 0.06, 0.4)
    for place, one in enumerate(classes):
        _write_rows(axes, rows_before(one), place - 0.27, QUIET)
        _write_rows(axes, one.train, place + 0.06, INK)
    axes.set_yticks(range(len(classes)), names)
    axes.set_ylim(len(classes) - 0.5, -0.5)
    axes.set_xlabel("training rows")
    _thousands(axes)
    axes.grid(axis="x")
    canvas.bare(axes)
    canvas.legend_above(axes)


def interval(figure: Figure, evaluation: Evaluation) -> None:
    """Paint the difference as a dot on its interval, on a line around zero."""
    axes = figure.subplots()
    canvas.margins(figure, left=0.3, right=0.3, top=0.35, bottom=0.6)
    name, better = METRICS[evaluation.metric]
    turned = ", turned so that more is better" if better == "lower" else ""
    axes.set_xlabel(f"difference in {name}{turned}")
    (low, high), middle = evaluation.interval, evaluation.difference
    reach = 1.25 * max(abs(low), abs(high), abs(middle), 0.01)
    color = _VERDICTS.get(evaluation.verdict, QUIET)
    axes.axvline(0, color=QUIET, linewidth=1)
    axes.plot([low, high], [0, 0], color=color, linewidth=5, solid_capstyle="butt")
    axes.plot([middle], [0], marker="o", color=color, markersize=11)
    axes.set(xlim=(-reach, reach), ylim=(-1, 1), yticks=[])
    axes.xaxis.set_major_formatter("{x:+.3g}")
    axes.set_title("\N{LEFTWARDS ARROW} balancing is worse", loc="left", color=QUIET)
    axes.set_title("balancing is better \N{RIGHTWARDS ARROW}", loc="right", color=QUIET)
    axes.spines["left"].set_visible(False)


def matrices(figure: Figure, evaluation: Evaluation) -> None:
    """Paint the confusion matrices side by side, with the labels once."""
    names = [shorten(label, _LABEL_WIDTH) for label in evaluation.labels]
    models = _drawn(evaluation, _LINES)
    left = canvas.gutter(names) + 0.2
    panels = figure.subplots(1, len(models), sharey=True, squeeze=False)[0]
    canvas.margins(figure, left=left, right=0.2, top=0.45, bottom=0.5)
    figure.subplots_adjust(wspace=0.06)
    for axes, model in zip(panels, models, strict=True):
        _paint_matrix(axes, model)
    panels[0].set_yticks(range(len(names)), names)
    panels[0].set_ylabel("true class")


def precision_recall(figure: Figure, evaluation: Evaluation) -> None:
    """Paint precision over recall for each model, and what guessing reaches."""
    axes = _square(figure, "recall", "precision", 1)
    share = _minority_share(evaluation)
    axes.axhline(share, color=QUIET, linestyle=":", label=f"guessing ({share:.2g})")
    for model in _drawn(evaluation, _LINES):
        curve = model.precision_recall
        line = {**_LINES[model.name], "marker": "", "drawstyle": "steps-post"}
        axes.plot(curve.x, curve.y, label=model.name, **line)
    canvas.legend_above(axes)


def calibration(figure: Figure, evaluation: Evaluation) -> None:
    """Paint observed over predicted for each model, and the diagonal.

    Both axes end beyond the last point: a rare class fills but a corner of 0..1.
    """
    curves = {model.name: model.calibration for model in _drawn(evaluation, _CURVES)}
    end = min(1, 1.1 * max(max(*one.x, *one.y, 0.01) for one in curves.values()))
    axes = _square(figure, "predicted probability", "observed share", end)
    axes.plot([0, 1], [0, 1], color=QUIET, linestyle=":")
    for name, curve in curves.items():
        axes.plot(curve.x, curve.y, label=name, markersize=5, **_CURVES[name])
    canvas.legend_above(axes)


def _drawn(evaluation: Evaluation, names: Container[str]) -> Sequence[ModelEvaluation]:
    return [model for model in evaluation.models if model.name in names]


def _minority_share(evaluation: Evaluation) -> float:
    support = {row.label: row.support for row in evaluation.models[0].per_class}
    return support.get(evaluation.minority, 0) / max(1, sum(support.values()))


def _stack(
    axes: Axes,
    parts: Mapping[str, tuple[Sequence[int], str]],
    offset: float,
    height: float,
) -> None:
    ends = np.zeros(len(next(iter(parts.values()))[0]))
    for name, (rows, color) in parts.items():
        some = np.flatnonzero(rows)
        axes.barh(
            some + offset,
            np.take(rows, some),
            left=ends[some],
            height=height,
            color=color,
            label=name if some.size else "_nothing",
        )
        ends = ends + rows


def _write_rows(axes: Axes, rows: int, place: float, color: str) -> None:
    axes.annotate(
        f"{rows:,}",
        (rows, place),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        color=color,
        fontsize=8,
    )


def _thousands(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter("{x:,.0f}")


def _paint_matrix(axes: Axes, model: ModelEvaluation) -> None:
    counts = np.array(model.confusion)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    axes.imshow(
        np.sqrt(shares),  # so that few errors in many cells still show
        cmap="Blues",
        vmin=0,
        vmax=1,
        aspect="auto",
        interpolation="none",
    )
    if len(counts) <= _COUNTS_UP_TO:
        for (row, column), count in np.ndenumerate(counts):
            color = "white" if shares[row, column] > _DARK else INK
            axes.text(column, row, f"{count:,}", color=color, ha="center", va="center")
    axes.set_title(model.name)
    axes.set_xticks([])
    axes.set_xlabel("predicted, in the same order")
    canvas.bare(axes)


def _square(figure: Figure, x: str, y: str, end: float) -> Axes:
    axes = figure.subplots()
    canvas.margins(figure, left=0.75, right=0.2, top=0.5, bottom=0.55)
    axes.set(xlim=(0, end), ylim=(0, 1.02 * end), xlabel=x, ylabel=y)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter("{x:g}")
    axes.grid(visible=True)
    return axes
