"""What a leaderboard says is short where there is little room, and warns in time."""

import pytest

from schemas.tournament import Leaderboard
from tasks.algorithms.leaderboard_words import card, caveats, compared
from tests import matches
from tests.matches import candidate

CARD = 37  # characters that a card shows
FEW = matches.results({candidate("none"): 0.0, candidate("smote", 1.0): 0.1})


def _board(classes: dict[str, int]) -> Leaderboard:
    return matches.leaderboard(FEW, fields={"classes": classes})


@pytest.mark.parametrize(
    ("approach", "ratio", "start"),
    [
        ("none", None, "Do not balance"),
        ("threshold", None, "threshold 0.1"),
        ("smote", 0.5, "smote to 1:2: 0.6"),
    ],
)
def test_a_card_has_room_for_its_line(
    approach: str, ratio: float | None, start: str
) -> None:
    gains = {candidate("none"): 0.0} | {candidate(approach, ratio): 0.1}

    line = card(matches.leaderboard(matches.results(gains)))

    assert line.startswith(start)
    assert len(line) <= CARD


def test_classes_that_are_too_rare_are_named_the_rarest_first() -> None:
    rare = _board({"no": 990, "a": 20, "<b>": 3, "yes": 21})
    many = _board({f"c{place}": 1 for place in range(9)} | {"yes": 991})
    fine = _board({"no": 883, "yes": 117})

    assert "in all folds together: <b> (3), a (20). " in caveats(rare)[0]
    assert "c0 (1), c1 (1), c2 (1), c3 (1), c4 (1) and 4 more." in caveats(many)[0]
    assert caveats(fine) == fine.notes


def test_a_sample_is_called_one() -> None:
    whole = matches.leaderboard(FEW, fields={"capped": False})

    assert compared(whole) == "1,000 in 2 classes, the rarest of which has 117"
    assert compared(_board(whole.classes)).startswith("a seeded sample of 1,000 in ")
