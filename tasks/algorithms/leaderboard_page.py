"""From a leaderboard to pages people read, as HTML and as markdown.

Rows are made in leaderboard_rows, pictures in leaderboard_figures; nothing is written.
"""

from collections.abc import Mapping

from markupsafe import Markup

from schemas.contest import Approach
from schemas.tournament import Leaderboard
from tasks.algorithms import leaderboard_rows as rows
from tasks.algorithms.contenders import called
from tasks.algorithms.leaderboard_words import alarm, caveats, checked, compared
from tasks.algorithms.measures import MEASURES
from tasks.algorithms.rendering import data_uri, embedded
from tasks.algorithms.templating import HTML, MARKDOWN


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


def _leaves_rows_alone(board: Leaderboard) -> bool:
    return board.recommendation.candidate.approach in {
        Approach.NONE,
        Approach.THRESHOLD,
    }
