"""A leaderboard on a terminal: the recommendation, then a line for each candidate."""

import json

import pytest

from flows.leaderboard_table import show_comparison
from schemas.tournament import Compared, Leaderboard
from tests import hostile, matches

GAINS = {one: 0.1 * (one.approach == "smote") for one in matches.field()}
BOARD = matches.leaderboard(matches.results(GAINS), fields={"notes": hostile.TEXTS})
FOUND = Compared(status="unchanged", place="out/toy/_compare/0", leaderboard=BOARD)


def test_the_recommendation_comes_first_and_all_fits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_comparison(FOUND, as_json=False)
    out = capsys.readouterr().out

    said = " ".join(out.partition("┏")[0].split())
    assert BOARD.recommendation.sentence in said
    assert max(map(len, out.splitlines())) <= 100
    assert out.count("recommended") == 1
    assert not [line for line in out.splitlines() if line.startswith(hostile.MARK)]


def test_json_is_the_leaderboard(capsys: pytest.CaptureFixture[str]) -> None:
    show_comparison(FOUND, as_json=True)

    told = json.loads(capsys.readouterr().out)
    assert told.pop("status") == "unchanged"
    assert told.pop("report") == "out/toy/_compare/0/leaderboard.html"
    assert Leaderboard.model_validate(told) == BOARD
