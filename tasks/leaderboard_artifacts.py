"""What a comparison found, as artifacts of the Prefect UI; its files are leaderboards'.

How things look is in algorithms.
"""
# ruff: noqa: PLC0415 - figures cost a third of a second, which other runs need not pay

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from schemas.tournament import Compared
from tasks.artifacts import artifact_key
from tasks.stage import stage


@stage("show-leaderboard", run_name="show-leaderboard")
def show_leaderboard(compared: Compared) -> None:
    """Store leaderboard and recommendation as artifacts, under keys that stay.

    Args:
        compared: How the comparison ended.
    """
    from tasks.algorithms.leaderboard_figures import draw
    from tasks.algorithms.leaderboard_page import markdown
    from tasks.algorithms.leaderboard_rows import standing_rows
    from tasks.algorithms.leaderboard_words import card

    board = compared.leaderboard
    said = card(board)
    create_table_artifact(
        standing_rows(board),
        key=artifact_key(board.dataset, "leaderboard"),
        description=said,
    )
    create_markdown_artifact(
        markdown(board, draw(board)),
        key=artifact_key(board.dataset, "recommendation"),
        description=said,
    )
