"""The leaderboard as rows: for its pages, for the terminal, for spreadsheets.

Sentences are in advice, pictures in leaderboard_figures.
"""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import NamedTuple

from schemas.tournament import Comparison, Estimate, Leaderboard, Standing
from tasks.algorithms.certainty import bare_p, is_same, signed
from tasks.algorithms.contenders import called
from tasks.algorithms.measures import MEASURES

_NOTHING = "\N{EN DASH}"


class Column(NamedTuple):
    """A measure of all candidates."""

    name: str
    remark: str
    """Which direction is better, or what is right."""
    cells: Sequence[Estimate | None]
    """In the order of the standings; None where undefined."""
    best: Estimate | None
    """None where no direction is better."""


def columns(board: Leaderboard) -> list[Column]:
    """List every measure that any candidate has.

    Args:
        board: Best first.

    Returns:
        The primary metric, the other scores, what tells of probabilities, effort, rank.
    """
    names = dict.fromkeys([board.metric.value, *MEASURES])
    found = (_column(board, name) for name in names)
    return [one for one in found if any(one.cells)]


def standing_rows(board: Leaderboard) -> list[dict[str, str]]:
    """Tell in a few columns how the candidates did in the primary metric.

    Args:
        board: Best first.

    Returns:
        A row for each candidate, all values as text.
    """
    return [_brief(board, one) for one in board.standings]


def comma_separated(board: Leaderboard) -> str:
    """Write everything that was estimated, a line for each candidate.

    All texts are names of this project's own, so no cell can be a formula.

    Args:
        board: Best first.

    Returns:
        CSV with a header; means and both ends of intervals as they are, not rounded.
    """
    lines = [_line(board, one) for one in board.standings]
    names = list(dict.fromkeys(name for line in lines for name in line))
    stream = StringIO()
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return stream.getvalue()


def is_recommended(board: Leaderboard, standing: Standing) -> bool:
    """Tell whether it is the one of the recommendation."""
    return standing.candidate == board.recommendation.candidate


def outcome(board: Leaderboard, found: Comparison | None) -> str:
    """Say in a word how a candidate compares with none.

    Returns:
        better, worse or undecided, by the corrected p-value; the same, if no fold
        differs; empty for none.
    """
    if found is None:
        return ""
    if is_same(found.interval):
        return "the same"
    if found.p_holm >= board.level:
        return "undecided"
    return "better" if found.difference > 0 else "worse"


def digits(estimate: Estimate | None) -> str:
    """Write a mean with as many digits as help."""
    if estimate is None:
        return _NOTHING
    return _number(estimate.mean)


def between(estimate: Estimate | None) -> str:
    """Write an interval; empty if there is none, or it has no width."""
    if estimate is None or estimate.interval[0] == estimate.interval[1]:
        return ""
    low, high = map(_number, estimate.interval)
    return f"{low} to {high}"


def _number(value: float) -> str:
    if abs(value) < 10:  # noqa: PLR2004 - ranks need fewer digits, rows none
        return f"{value:.3f}"
    return f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"  # noqa: PLR2004 - as above


def _column(board: Leaderboard, measure: str) -> Column:
    name, better, _ = MEASURES[measure]
    cells = [one.estimates.get(measure) for one in board.standings]
    choose = {"higher": max, "lower": min}.get(better)
    there = [one for one in cells if one]
    best = choose(there, key=lambda one: one.mean) if choose and there else None
    return Column(name, better, cells, best)


def _brief(board: Leaderboard, standing: Standing) -> dict[str, str]:
    primary, found = standing.estimates.get(board.metric), standing.against_none
    low, high = map(signed, found.interval) if found else ("", "")
    return {
        "Candidate": called(standing, board.standings),
        MEASURES[board.metric].name: digits(primary),
        "against none": signed(found.difference) if found else _NOTHING,
        f"{100 * (1 - board.level):g} % interval": f"{low} to {high}" if found else "",
        "p (Holm)": bare_p(found.p_holm) if found else "",
        "Outcome": outcome(board, found),
    }


def _line(board: Leaderboard, standing: Standing) -> dict[str, object]:
    candidate, found = standing.candidate, standing.against_none
    line: dict[str, object] = {
        "candidate": standing.name,
        "approach": candidate.approach.value,
        "ratio": candidate.ratio,
        "learner": candidate.learner.value,
        "recommended": is_recommended(board, standing),
        "metric": board.metric.value,
        "outcome": outcome(board, found),
        "difference": found and found.difference,
        "difference_low": found and found.interval[0],
        "difference_high": found and found.interval[1],
        "p_value": found and found.p_value,
        "p_holm": found and found.p_holm,
    }
    for name, estimate in standing.estimates.items():
        low, high = estimate.interval
        line |= {name: estimate.mean, f"{name}_low": low, f"{name}_high": high}
    return line
