"""Standings tell the same whatever the order of the results, and turn what is less."""

import math
import random

import numpy as np
import pytest
from scipy.stats import ttest_rel

from schemas.evaluation import Metric
from schemas.tournament import MatchResult, Standing
from tasks.algorithms.contenders import contender, none_of
from tasks.algorithms.cost_curves import cost_curves
from tasks.algorithms.match_table import tabulate
from tasks.algorithms.standings import rank_candidates
from tests import matches
from tests.matches import KNN, candidate

NONE, SMOTE = candidate("none"), candidate("smote", 0.5)


def _standings(
    made: list[MatchResult], metric: Metric = Metric.MACRO_F1
) -> tuple[Standing, ...]:
    return rank_candidates(tabulate(made, metric, 0.05), cost_curves(made))


def _by_name(standings: tuple[Standing, ...]) -> dict[str, Standing]:
    return {one.name: one for one in standings}


def test_the_order_of_results_and_permuted_labels_change_nothing() -> None:
    made = matches.results(dict.fromkeys(matches.field(), 0.0))
    shuffled = [
        *made,
        *(
            one.model_copy(
                update={"match": one.match.model_copy(update={"permuted": True})}
            )
            for one in made[:15]
        ),
    ]
    random.Random(3).shuffle(shuffled)  # noqa: S311 - no secret

    assert _by_name(_standings(shuffled)) == _by_name(_standings(made))
    assert [one.name for one in _standings(shuffled)] == [
        one.name for one in _standings(made)
    ]


def test_estimates_and_comparison_by_hand() -> None:
    made = matches.results({NONE: 0.0, SMOTE: 0.02})
    none, smote = (
        np.array([one.scores.macro_f1 for one in made if one.match.candidate == each])
        for each in (NONE, SMOTE)
    )
    widened = math.sqrt((1 / 15 + 1 / 4) / (1 / 15))  # of the plain t statistic
    plain = ttest_rel(smote, none)

    found = _by_name(_standings(made))["smote to 1:2, random_forest"]

    assert found.estimates["macro_f1"].mean == pytest.approx(smote.mean())
    assert found.against_none
    low, high = plain.confidence_interval(0.95)
    assert found.against_none.difference == pytest.approx((smote - none).mean())
    assert np.ptp(found.against_none.interval) == pytest.approx((high - low) * widened)
    assert found.against_none.p_holm == found.against_none.p_value
    assert found.against_none.p_value > plain.pvalue


def test_best_first_and_positive_is_better_where_less_is() -> None:
    """The smaller ratio has the smaller Brier score here."""
    made = matches.results({NONE: 0.0, SMOTE: 0.0, candidate("smote", 1.0): 0.0})

    standings = _standings(made, Metric.BRIER)

    means = [one.estimates["brier"].mean for one in standings]
    assert means == sorted(means)
    assert standings[0].name == "none, random_forest"
    assert standings[0].against_none is None
    for one in standings[1:]:
        assert one.against_none
        assert one.against_none.difference == pytest.approx(
            means[0] - one.estimates["brier"].mean
        )
        assert one.against_none.difference < 0


def test_all_candidates_of_all_learners_are_corrected_for_together() -> None:
    gains = {one: 0.0 for learner in (matches.FOREST, KNN) for one in _few(learner)}

    standings = _standings(matches.results(gains))

    raw, corrected = zip(
        *sorted(
            (one.against_none.p_value, one.against_none.p_holm)
            for one in standings
            if one.against_none
        ),
        strict=True,
    )
    assert len(raw) == 4
    assert corrected[0] == pytest.approx(min(1, 4 * raw[0]))


def _few(learner: str) -> list:  # type: ignore[type-arg]
    return [one.model_copy(update={"learner": learner}) for one in matches.field()][:3]


def test_ranks_are_means_over_folds() -> None:
    gains = {NONE: 0.0, SMOTE: 0.5, candidate("weights"): 1.0}

    standings = _standings(matches.results(gains, base=0))

    assert [one.estimates["rank"].mean for one in standings] == [1, 2, 3]


def test_what_is_undefined_in_a_fold_is_left_out() -> None:
    made = matches.results({NONE: 0.0, SMOTE: 0.1})
    scores = made[-1].scores.model_copy(update={"roc_auc": None})
    made[-1] = made[-1].model_copy(update={"scores": scores, "cost": None})

    by_name = _by_name(_standings(made))
    smote, none = by_name[contender(SMOTE)], by_name[contender(NONE)]

    assert {"roc_auc", "cost", "threshold"}.isdisjoint(smote.estimates)
    assert {"roc_auc", "cost"} <= none.estimates.keys()
    last = _standings(made, Metric.ROC_AUC)[-1]
    assert (last.candidate, last.against_none) == (SMOTE, None)


def test_intervals_end_where_a_measure_does() -> None:
    made = matches.results({NONE: 0.0}, noise=0.2, base=0.8)

    (found,) = _standings(made)

    assert found.estimates["macro_f1"].interval[1] <= 1
    assert found.estimates["calibration_intercept"].interval[0] < 0


def test_without_none_there_is_nothing_to_compare_with() -> None:
    made = matches.results({NONE: 0.0, candidate("smote", 0.5, KNN): 0.1})

    with pytest.raises(ValueError, match="has no none"):
        _standings(made)
    assert none_of(SMOTE) == NONE
