"""Results are lined up by fold, whatever their order, or refused."""

import numpy as np
import pytest

from schemas.evaluation import Metric
from schemas.tournament import Fold, Match
from tasks.algorithms.match_table import advantage, tabulate
from tests import matches
from tests.matches import candidate

NONE, SMOTE = candidate("none"), candidate("smote", 0.5)


def test_the_overlap_is_that_of_rows_not_resampled() -> None:
    """Of five folds: a fifth of the rows to four fifths."""
    table = tabulate(matches.results({NONE: 0, SMOTE: 0}), Metric.MACRO_F1, 0.05)

    assert table.overlap == pytest.approx(1 / 4)


def test_ties_share_their_rank_and_the_best_is_first() -> None:
    made = matches.results({NONE: 0.0, SMOTE: 0.0, candidate("weights"): 1.0}, noise=0)

    ranks = {
        str(one.approach): measures["rank"]
        for one, measures in tabulate(made, Metric.MACRO_F1, 0.05).measures.items()
    }

    assert np.all(ranks["weights"] == 1)
    assert np.all(ranks["none"] == 2.5)
    assert np.all(ranks["smote"] == 2.5)


def test_an_advantage_turned_round_is_a_disadvantage() -> None:
    table = tabulate(matches.results({NONE: 0, SMOTE: 0.03}), Metric.MACRO_F1, 0.05)
    for measure in ("macro_f1", "brier", "expected_calibration_error", "cost"):
        there = advantage(table, SMOTE, NONE, measure)
        back = advantage(table, NONE, SMOTE, measure)
        assert there
        assert back
        assert there.mean == pytest.approx(-back.mean)
        assert there.p_value == pytest.approx(back.p_value)


def test_results_that_do_not_line_up_are_refused() -> None:
    made = matches.results({NONE: 0.0, SMOTE: 0.1})
    again = made[0].model_copy(
        update={"match": Match(candidate=SMOTE, fold=Fold(repeat=0, fold=0))}
    )
    for wrong in (made[1:], [*made, again], []):
        with pytest.raises(ValueError, match="folds"):
            tabulate(wrong, Metric.MACRO_F1, 0.05)
