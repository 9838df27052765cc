"""From a leaderboard to pages people read, as HTML and as markdown.

Rows are made in leaderboard_rows, pictures in leaderboard_figures; nothing is written.
"""

from collections.abc import Mapping

from markupsafe import Markup

from schemas.config import Approach
from schemas.tournament import Leaderboard, Sentinel
from tasks.algorithms import leaderboard_rows as rows
from tasks.algorithms.captions import shorten
from tasks.algorithms.contenders import called
from tasks.algorithms.measures import MEASURES
from tasks.algorithms.rarity import needed
from tasks.algorithms.rendering import data_uri, embedded
from tasks.algorithms.templating import HTML, MARKDOWN

_LABEL = 40  # cells of a label
_SHOWN = 5  # labels


def html(board: Leaderboard, figures: Mapping[str, bytes]) -> str:
    """Write the whole leaderboard as one page that loads nothing and runs nothing.

    Args:
        board: Best first.
        figures: SVG by name, as leaderboard_figures.draw makes them.

    Returns:
        An HTML document, the same for the same leaderboard.
    """
    links = {name: data_uri(figure) for name, figure in figures.items()}
    return HTML.get_template("leaderboard.html.j2").render(_content(board, links))


def markdown(board: Leaderboard, figures: Mapping[str, bytes]) -> str:
    """Write the leaderboard in brief, for an artifact.

    Args:
        board: Best first.
        figures: SVG by name; as many are embedded as an artifact bears.

    Returns:
        GitHub-flavoured markdown.
    """
    content = _content(board, embedded(figures))
    return MARKDOWN.get_template("leaderboard.md.j2").render(content)


def _content(board: Leaderboard, links: Mapping[str, str]) -> dict[str, object]:
    headline, _, more = board.recommendation.sentence.partition(". ")
    return {
        "board": board,
        "figures": {name: Markup(link) for name, link in links.items()},  # noqa: S704 - base64 and our own names
        "metric": MEASURES[board.metric].name,
        "headline": headline if headline.endswith(".") else f"{headline}.",
        "more": more,
        "tone": "even" if _leaves_rows_alone(board) else "helped",
        "alarm": alarm(board),
        "checked": checked(board),
        "caveats": caveats(board),
        "compared": compared(board),
        "confidence": f"{100 * (1 - board.level):g} %",
        "rows": rows.standing_rows(board),
        "columns": rows.columns(board),
        "names": [called(one, board.standings) for one in board.standings],
        "recommended": [rows.is_recommended(board, one) for one in board.standings],
        "digits": rows.digits,
        "between": rows.between,
    }


def alarm(board: Leaderboard) -> str:
    """Say that the scores cannot be trusted.

    Returns:
        Plain text; empty if labels that were shuffled could not be predicted, or nobody
        tried.
    """
    found = board.sentinel
    if found is None or found.passed:
        return ""
    return (
        "Do not trust these scores: labels shuffled at random were still "
        f"{_area(found)}."
    )


def checked(board: Leaderboard) -> str:
    """Say that shuffled labels could not be predicted; empty if they could."""
    found = board.sentinel
    if found is None:
        return "Whether labels leak was not checked: the sentinel was skipped."
    if not found.passed:
        return ""
    return (
        "The comparison leaks no label as far as can be seen: labels shuffled at "
        f"random were {_area(found)}, and guessing gets 0.5."
    )


def caveats(board: Leaderboard) -> tuple[str, ...]:
    """Say what the numbers cannot tell, before what was noted on the way.

    Returns:
        Sentences.
    """
    enough = needed(1 - board.level)
    counted = sorted(board.classes.items(), key=lambda item: item[1])
    few = [f"{shorten(name, _LABEL)} ({n:,})" for name, n in counted if n < enough]
    if not few:
        return board.notes
    more = f" and {len(few) - _SHOWN:,} more" if len(few) > _SHOWN else ""
    said = (
        f"Too rare to be judged by themselves, with fewer than {enough} rows in all "
        f"folds together: {', '.join(few[:_SHOWN])}{more}. Where classes count alike, "
        "differences rest on these few rows."
    )
    return (said, *board.notes)


def _area(found: Sentinel) -> str:
    low, high = found.roc_auc.interval
    return (
        f"predicted with a ROC-AUC of {found.roc_auc.mean:.3f} (95 % interval "
        f"{low:.3f} to {high:.3f})"
    )


def _leaves_rows_alone(board: Leaderboard) -> bool:
    return board.recommendation.candidate.approach in {
        Approach.NONE,
        Approach.THRESHOLD,
    }


def compared(board: Leaderboard) -> str:
    """Say on how many rows."""
    sample = "a seeded sample of " if board.capped else ""
    classes = f"{len(board.classes):,} classes"
    few = board.classes[board.minority]
    return f"{sample}{board.rows:,} in {classes}, the rarest of which has {few:,}"
