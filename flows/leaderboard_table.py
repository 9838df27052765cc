"""What `evenkeel compare` prints: the recommendation, then the leaderboard.

Pages for browsers are made in tasks.algorithms.leaderboard_page.
"""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.console import nearby, print_json, terminal
from schemas.tournament import Compared, Leaderboard
from tasks.algorithms.captions import one_line, shorten
from tasks.algorithms.leaderboard_rows import is_recommended, standing_rows
from tasks.algorithms.leaderboard_words import alarm, caveats, checked, compared

_STYLES = {"better": "green", "worse": "red"}
_NAME = 60  # cells of a candidate
_LEARNER = 22  # cells of the longest name of a learner
_METRIC = 11  # cells of the longest word in the name of a metric


def show_comparison(found: Compared, *, as_json: bool) -> None:
    """Print how a comparison ended: a sentence, and a line for each candidate."""
    board, page = found.leaderboard, f"{found.place}/leaderboard.html"
    if as_json:
        told = board.model_dump(mode="json")
        print_json({"status": found.status, **told, "report": page})
        return
    out = terminal()
    if found.status == "unchanged":
        out.print(Text("Nothing to do: the same was compared before.\n"))
    out.print(Text(f"{board.dataset}: rows compared: {compared(board)}", style="bold"))
    if alarm(board):
        out.print(Text(alarm(board), style="bold red"))
    out.print(Text(board.recommendation.sentence, style="bold"))
    out.print(_table(board))
    _print_notes(out, board)
    out.print(Text(f"\nreport   {nearby(page)}"), soft_wrap=True)


def _table(board: Leaderboard) -> Table:
    """Lay out the candidates, best first; an arrow points at the recommended one."""
    rows = standing_rows(board)
    table = Table(header_style="bold")
    name, metric, *numbers, _ = rows[0]
    table.add_column(name, min_width=_LEARNER)
    table.add_column(metric, justify="right", max_width=_METRIC)
    for column in numbers:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("")
    for standing, row in zip(board.standings, rows, strict=True):
        first, *values, found = row.values()
        chosen = is_recommended(board, standing)
        table.add_row(
            Text(shorten(first, _NAME), style="bold" if chosen else ""),
            *values,
            Text("recommended" if chosen else found, style=_STYLES.get(found, "")),
        )
    return table


def _print_notes(out: Console, board: Leaderboard) -> None:
    suspects = board.sentinel.suspects if board.sentinel else ()
    for note in filter(None, (checked(board), *suspects, *caveats(board))):
        out.print(Text(f"  - {one_line(note)}"))
