"""How each figure of a leaderboard is filled; sizes are set in leaderboard_figures."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from schemas.contest import Approach
from schemas.tournament import Comparison, Leaderboard, Standing
from tasks.algorithms import canvas
from tasks.algorithms.canvas import BLUE, GREEN, INK, ORANGE, PALE, QUIET, RED
from tasks.algorithms.contenders import called, complexity, treatment
from tasks.algorithms.leaderboard_rows import is_recommended, outcome
from tasks.algorithms.measures import MEASURES

_OUTCOMES = {
    "better": GREEN,
    "undecided": QUIET,
    "the same": QUIET,
    "worse": RED,
}
_LOOKS = {
    "none": (INK, "D"),
    "threshold": ("#8a5a00", "v"),
    "weights": ("#cc79a7", "P"),
    "random_under": (ORANGE, "o"),
    "random_under, corrected": (GREEN, "s"),
    "random_over": (RED, "^"),
    "smote_under": ("#56b4e9", "X"),
    "smote": (BLUE, "o"),
}
"""With the rest of Okabe and Ito's colours."""
_CYCLE = ("#5e3c99", "#b35806", "#01665e", "#737373")
"""Of samplers by name, of which there may be any."""


def advantages(figure: Figure, board: Leaderboard) -> None:
    """Paint how far each candidate is from none, on a line around zero."""
    pairs = [(one, one.against_none) for one in board.standings if one.against_none]
    pairs.sort(key=lambda pair: -pair[1].difference)
    names = [called(one, board.standings) for one, _ in pairs]
    axes = figure.subplots()
    canvas.margins(figure, left=canvas.gutter(names), right=0.3, top=0.5, bottom=0.6)
    axes.axvline(0, color=INK, linewidth=1)
    for place, (_, found) in enumerate(pairs):
        _advantage(axes, place, found, _OUTCOMES[outcome(board, found)])
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    _mark_recommended(axes, board, [one for one, _ in pairs])
    name, better, _ = MEASURES[board.metric]
    turned = ", turned so that more is better" if better == "lower" else ""
    axes.set_xlabel(f"difference from none in {name}{turned}")
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter("{x:+.3g}")
    axes.grid(axis="x")
    canvas.bare(axes)
    _legend(axes, {outcome(board, found) for _, found in pairs})


def trade_off(figure: Figure, board: Leaderboard) -> None:
    """Paint calibration over the primary metric, a path for each approach."""
    axes = figure.subplots()
    canvas.margins(figure, left=0.75, right=0.25, top=0.9, bottom=0.55)
    axes.axhline(0, color=QUIET, linestyle=":")
    for place, (name, path) in enumerate(paths(board).items()):
        color, marker = _LOOKS.get(name) or (_CYCLE[place % len(_CYCLE)], "p")
        x, y = zip(*path, strict=True)
        axes.plot(
            x, y, color=color, marker=marker, markersize=6, linewidth=1, label=name
        )
    axes.set_xlabel(MEASURES[board.metric].name)
    axes.set_ylabel("calibration intercept (0 is right)")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid(visible=True)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.12, 1.02), ncols=3, fontsize=8)


def paths(board: Leaderboard) -> dict[str, Sequence[tuple[float, float]]]:
    """Give the primary metric and the calibration intercept, by approach and ratio.

    Args:
        board: Of the learner that it recommends.

    Returns:
        Points in the order of ratios, by the name of what is done, the simplest first;
        what has no point is left out.
    """
    learner = board.recommendation.candidate.learner
    own = [one for one in board.standings if one.candidate.learner == learner]
    own.sort(key=lambda one: complexity(one.candidate))
    found: dict[str, list[tuple[float, float]]] = {}
    for one in own:
        x = one.estimates.get(board.metric)
        y = one.estimates.get("calibration_intercept")
        if x and y:
            name = treatment(one.candidate.model_copy(update={"ratio": None}))
            found.setdefault(name, []).append((x.mean, y.mean))
    return {**found}


def costs(figure: Figure, board: Leaderboard) -> None:
    """Paint cost per row over the share of a miss; two lines stand out."""
    axes = figure.subplots()
    canvas.margins(figure, left=0.75, right=0.25, top=0.9, bottom=0.55)
    for one in board.standings:
        if one.cost_curve:
            axes.plot(one.cost_curve.x, one.cost_curve.y, **_cost_line(board, one))
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("share of a miss in the cost of miss and false alarm")
    axes.set_ylabel("cost per row")
    axes.grid(visible=True)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.12, 1.02), ncols=2)


def _cost_line(board: Leaderboard, one: Standing) -> dict[str, Any]:
    learner = board.recommendation.candidate.learner
    if is_recommended(board, one):
        name = f"recommended: {called(one, board.standings)}"
        return {"color": BLUE, "linewidth": 2, "zorder": 4, "label": name}
    if one.candidate.approach is Approach.NONE and one.candidate.learner == learner:
        return {"color": RED, "linestyle": "--", "zorder": 3, "label": "none"}
    return {"color": PALE, "linewidth": 0.8, "zorder": 2, "label": "_other"}


def _advantage(axes: Axes, place: int, found: Comparison, color: str) -> None:
    axes.plot(
        found.interval,
        (place, place),
        color=color,
        linewidth=3,
        solid_capstyle="butt",
        alpha=0.55,
    )
    axes.plot([found.difference], [place], marker="o", color=color, markersize=6)


def _mark_recommended(
    axes: Axes, board: Leaderboard, standings: Sequence[Standing]
) -> None:
    for one, label in zip(standings, axes.get_yticklabels(), strict=True):
        if is_recommended(board, one):
            label.set_fontweight("bold")


def _legend(axes: Axes, seen: set[str]) -> None:
    for word, color in _OUTCOMES.items():
        if word in seen:
            axes.plot([], [], marker="o", color=color, label=word)
    canvas.legend_above(axes)
