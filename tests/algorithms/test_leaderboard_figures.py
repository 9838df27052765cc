"""Figures of a leaderboard are sound SVG that names every candidate."""

from xml.etree import ElementTree as ET

from schemas.evaluation import Metric
from tasks.algorithms import leaderboard_figures
from tasks.algorithms.contenders import treatment
from tasks.algorithms.leaderboard_painting import paths
from tests import matches
from tests.matches import candidate

GAINS = {one: 0.1 * (one.approach == "smote") for one in matches.field()}


def _texts(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - our own bytes
    return ["".join(node.itertext()) for node in root.findall(".//{*}text")]


def test_every_candidate_is_named_best_difference_first() -> None:
    board = matches.leaderboard(matches.results(GAINS))
    ordered = sorted(
        (one for one in board.standings if one.against_none),
        key=lambda one: -one.against_none.difference if one.against_none else 0,
    )

    texts = _texts(leaderboard_figures.draw(board)["advantage"])

    names = [text for text in texts if text in {treatment(one) for one in GAINS}]
    assert names == [treatment(one.candidate) for one in ordered]
    assert {"better", "undecided"} <= set(texts)
    assert "worse" not in texts


def test_where_less_is_better_the_axis_says_that_it_is_turned() -> None:
    board = matches.leaderboard(matches.results(GAINS), Metric.BRIER)

    texts = _texts(leaderboard_figures.draw(board)["advantage"])

    assert any("Brier score, turned so that more is better" in text for text in texts)


def test_only_what_was_measured_is_drawn() -> None:
    made = [
        one.model_copy(update={"cost_curve": None, "calibration_intercept": None})
        for one in matches.results(GAINS)
    ]
    alone = matches.results({candidate("none"): 0.0})

    assert set(leaderboard_figures.draw(matches.leaderboard(made))) == {"advantage"}
    assert set(leaderboard_figures.draw(matches.leaderboard(alone))) == {
        "trade_off",
        "cost",
    }


def test_two_cost_curves_stand_out() -> None:
    texts = _texts(
        leaderboard_figures.draw(matches.leaderboard(matches.results(GAINS)))["cost"]
    )

    assert {"recommended: smote to 1:10", "none"} <= set(texts)


def test_each_sampler_has_a_path_of_its_own() -> None:
    named = [
        candidate("sampler", ratio).model_copy(update={"sampler": name})
        for name in ("SMOTETomek", "ADASYN")
        for ratio in (0.5, 1.0)
    ]
    gains = {candidate("none"): 0.0, **dict.fromkeys(named, 0.05)}
    board = matches.leaderboard(matches.results(gains))
    found = paths(board)
    assert {name: len(points) for name, points in found.items()} == {
        "none": 1,
        "SMOTETomek": 2,
        "ADASYN": 2,
    }
    texts = _texts(leaderboard_figures.draw(board)["trade_off"])
    assert {"none", "SMOTETomek", "ADASYN"} <= set(texts)
