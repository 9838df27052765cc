"""Rows and cells say what was estimated, and a spreadsheet reads it back."""

import csv
from io import StringIO

import pytest

from schemas.evaluation import Metric
from schemas.tournament import Leaderboard
from tasks.algorithms.leaderboard_rows import columns, comma_separated, standing_rows
from tests import matches
from tests.matches import KNN, candidate

GAINS = {one: 0.1 * (one.approach == "smote") for one in matches.field()}


def _board(metric: Metric = Metric.MACRO_F1) -> Leaderboard:
    return matches.leaderboard(matches.results(GAINS), metric)


def test_a_spreadsheet_reads_every_estimate_back() -> None:
    board = _board()

    lines = list(csv.DictReader(StringIO(comma_separated(board))))

    assert [line["candidate"] for line in lines] == [
        one.name for one in board.standings
    ]
    for line, standing in zip(lines, board.standings, strict=True):
        for name, estimate in standing.estimates.items():
            low, high = estimate.interval
            assert float(line[name]) == estimate.mean
            assert (float(line[f"{name}_low"]), float(line[f"{name}_high"])) == (
                low,
                high,
            )
        found = standing.against_none
        assert line["p_holm"] == ("" if found is None else str(found.p_holm))
    assert [line["recommended"] for line in lines].count("True") == 1


def test_no_cell_can_be_a_formula() -> None:
    for line in csv.DictReader(StringIO(comma_separated(_board()))):
        for cell in line.values():
            if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
                float(cell)  # a number, or it raises


def test_the_primary_metric_is_first_and_the_best_is_told() -> None:
    first, *others = columns(_board(Metric.BRIER))

    assert (first.name, first.remark) == ("Brier score", "lower")
    assert first.best
    assert first.best.mean == min(one.mean for one in first.cells if one)
    by_name = {one.name: one for one in others}
    assert by_name["calibration intercept"].best is None
    tuned = [one for one in by_name["threshold"].cells if one]
    assert len(tuned) == 1


def test_what_nobody_has_is_no_column() -> None:
    made = [
        one.model_copy(update={"cost": None, "cost_curve": None})
        for one in matches.results(GAINS)
    ]

    names = {one.name for one in columns(matches.leaderboard(made))}

    assert "cost per row" not in names
    assert "mean rank" in names


@pytest.mark.parametrize(("gain", "word"), [(0.1, "better"), (-0.1, "worse")])
def test_rows_tell_what_holds_after_the_correction(gain: float, word: str) -> None:
    gains = {candidate("none"): 0.0, candidate("smote", 1.0): gain}

    rows = {
        row["Candidate"]: row
        for row in standing_rows(matches.leaderboard(matches.results(gains)))
    }

    assert rows["smote to 1:1"]["Outcome"] == word
    assert rows["none"]["Outcome"] == ""


def test_what_differs_in_no_fold_is_the_same() -> None:
    gains = {candidate("none"): 0.0, candidate("weights"): 0.0}
    made = matches.results(gains, noise=0)

    outcomes = {
        row["Candidate"]: row["Outcome"]
        for row in standing_rows(matches.leaderboard(made))
    }

    assert outcomes == {"none": "", "weights": "the same"}


def test_learners_are_named_where_there_are_several() -> None:
    gains = {candidate("none"): 0.0, candidate("none", None, KNN): 0.1}

    rows = standing_rows(matches.leaderboard(matches.results(gains)))

    assert [row["Candidate"] for row in rows] == ["none, knn", "none, random_forest"]
