"""The pictures of a leaderboard as SVG. How they are filled is in leaderboard_painting.

How bytes are made of a painting is in canvas.
"""

from functools import partial

from schemas.tournament import Leaderboard
from tasks.algorithms import canvas
from tasks.algorithms import leaderboard_painting as painting

_WIDTH = 7.5  # inches: 720 pixels
_HALF = (4.8, 4.2)  # two of them stand side by side
_LINE = 0.24  # inches for each candidate


def draw(board: Leaderboard) -> dict[str, bytes]:
    """Draw every figure there is something for.

    Args:
        board: Best first.

    Returns:
        SVG by name: advantage, if any candidate was compared with none; trade_off, if
        calibration could be measured; cost, if there are cost curves.
    """
    figures = {}
    compared = [one for one in board.standings if one.against_none]
    if compared:
        height = 1.15 + _LINE * len(compared)
        figures["advantage"] = canvas.svg(
            _WIDTH, height, partial(painting.advantages, board=board)
        )
    if painting.paths(board):
        figures["trade_off"] = canvas.svg(
            *_HALF, partial(painting.trade_off, board=board)
        )
    if any(one.cost_curve for one in board.standings):
        figures["cost"] = canvas.svg(*_HALF, partial(painting.costs, board=board))
    return figures
