"""A recommendation is none unless something is better, and then the simplest such."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.evaluation import Metric
from schemas.tournament import Candidate, MatchResult, Recommendation
from tasks.algorithms.contenders import complexity
from tasks.algorithms.match_table import tabulate
from tasks.algorithms.recommendation import recommend
from tasks.algorithms.standings import rank_candidates
from tests import matches
from tests.matches import KNN, candidate

NONE = candidate("none")


def _recommend(
    made: list[MatchResult], metric: Metric = Metric.MACRO_F1, level: float = 0.05
) -> Recommendation:
    table = tabulate(made, metric, level)
    return recommend(table, rank_candidates(table, {}))


def _with_area(result: MatchResult, area: float | None) -> MatchResult:
    scores = result.scores.model_copy(update={"roc_auc": area})
    return result.model_copy(update={"scores": scores})


def _gains(*better: str, gain: float = 0.1) -> dict[Candidate, float]:
    return {
        one: gain if one.approach.value in better else 0.0 for one in matches.field()
    }


def test_with_nothing_to_gain_it_says_do_not_balance() -> None:
    found = _recommend(matches.results(_gains()))

    assert found.candidate == NONE
    assert found.sentence.startswith("Do not balance: of 22 candidates none beat")
    assert "after Holm's correction for 22 tests" in found.sentence


def test_a_gain_without_skill_is_another_way_to_guess() -> None:
    """More macro-F1 on noise: scores rise, but no row is ranked better than by luck."""
    rng = np.random.default_rng(0)
    made = [
        _with_area(one, 0.5 + 0.02 * rng.normal())
        for one in matches.results(_gains("weights"))
    ]

    found = _recommend(made)

    assert found.candidate == NONE
    assert "was not shown to predict the classes better than guess" in found.sentence


def test_a_learner_that_guesses_stands_back_for_one_that_does_not() -> None:
    """Though it scores better, as guesses may."""
    rng = np.random.default_rng(0)
    knn = {one.model_copy(update={"learner": KNN}): 0.1 for one in matches.field()}
    made = [
        _with_area(
            one,
            0.8
            if one.match.candidate.learner == matches.FOREST
            else 0.5 + 0.02 * rng.normal(),
        )
        for one in matches.results(_gains() | knn)
    ]

    assert _recommend(made).candidate == NONE


def test_without_areas_nothing_is_said_of_skill() -> None:
    made = [_with_area(one, None) for one in matches.results(_gains("weights"))]

    assert _recommend(made).candidate == candidate("weights")


def test_what_one_test_alone_would_have_told_is_said() -> None:
    """The best of 22 that differ by chance is often such a one."""
    found = [_recommend(matches.results(_gains(), seed)).sentence for seed in range(6)]

    told = [one for one in found if " by itself, " in one]
    assert told
    for sentence in told:
        alone = float(sentence.split("p = ")[1].split(" ")[0])
        corrected = float(sentence.split(" by itself, ")[1].split(" ")[0])
        assert alone < 0.05 <= corrected


def test_what_does_harm_is_counted() -> None:
    found = _recommend(matches.results(_gains("smote", gain=-0.1)))

    assert found.candidate == NONE
    assert "and 4 did significantly worse" in found.sentence


def test_of_several_that_help_the_simplest_is_chosen() -> None:
    better = ("threshold", "weights", "random_over", "smote")

    found = _recommend(matches.results(_gains(*better)))

    assert found.candidate == candidate("threshold")
    assert found.threshold == pytest.approx(0.12, abs=0.05)
    assert found.sentence.startswith(
        f"Do not balance: move the threshold to {found.threshold:.2f}; with random "
    )
    assert "and this is simpler" in found.sentence


def test_one_that_is_significantly_better_than_the_simplest_is_chosen() -> None:
    gains = _gains("threshold") | {candidate("smote", 0.5): 0.2}

    found = _recommend(matches.results(gains))

    assert found.candidate == candidate("smote", 0.5)
    assert found.sentence.startswith("Use SMOTE to 1:2; with random forest macro-F1 ")
    assert "is simpler" not in found.sentence
    assert found.threshold is None


def test_of_equal_ratios_the_one_nearest_to_as_is_is_chosen() -> None:
    assert _recommend(matches.results(_gains("random_over"))).candidate == candidate(
        "random_over", 0.1
    )


@pytest.mark.parametrize(
    ("approach", "start"),
    [
        ("weights", "Weight the classes, resample nothing; "),
        ("random_under", "Undersample at random to 1:10; "),
        (
            "random_under_corrected",
            "Undersample at random to 1:10 and correct the probabilities; ",
        ),
        ("random_over", "Oversample at random to 1:10; "),
        ("smote_under", "Use SMOTE with undersampling, to 1:10; "),
    ],
)
def test_each_approach_is_put_as_something_to_do(approach: str, start: str) -> None:
    found = _recommend(matches.results(_gains(approach)))

    assert found.candidate.approach == approach
    assert found.sentence.startswith(start)


@pytest.mark.parametrize(
    ("ratio", "start"),
    [
        (0.5, "Use SMOTETomek of imbalanced-learn, to 1:2; "),
        (None, "Use SMOTETomek of imbalanced-learn; "),
    ],
)
def test_a_sampler_is_named(ratio: float | None, start: str) -> None:
    one = candidate("sampler", ratio).model_copy(update={"sampler": "SMOTETomek"})
    found = _recommend(matches.results({NONE: 0.0, one: 0.1}))
    assert found.sentence.startswith(start)


def test_a_price_is_named_where_probabilities_got_worse() -> None:
    gains = _gains() | {candidate("smote", 1.0): 0.1}
    found = _recommend(matches.results(gains))
    free = _recommend(matches.results(_gains("threshold")))

    assert "At a price: " in found.sentence
    for name in ("Brier score", "log loss", "calibration error"):
        assert f"{name} rises from 0." in found.sentence
    assert "price" not in free.sentence


def test_costs_that_were_given_have_a_say() -> None:
    """The cost of these is 1.2 less the score, so the best score is the cheapest."""
    made = matches.results({NONE: 0.0, candidate("weights"): 0.1})
    free = [one.model_copy(update={"cost": None}) for one in made]
    dear = [
        one.model_copy(update={"cost": 9.0})
        if one.match.candidate.approach == "weights"
        else one
        for one in made
    ]

    assert "a row costs 0.4" in _recommend(made).sentence
    assert _recommend(made).sentence.endswith(", the least of all.")
    assert "; the cheapest is none with 0.5" in _recommend(dear).sentence
    assert "cost" not in _recommend(free).sentence


def test_where_less_is_better_falling_is_good() -> None:
    made = matches.results(_gains("weights"), noise=0.005)

    found = _recommend(made, Metric.LOG_LOSS)

    assert found.candidate == candidate("weights")
    assert "log loss falls from" in found.sentence
    assert "(difference +0." in found.sentence


def test_without_a_threshold_for_all_folds_none_is_named() -> None:
    made = [
        one.model_copy(update={"threshold": None})
        for one in matches.results(_gains("threshold"))
    ]

    found = _recommend(made)

    assert found.threshold is None
    assert found.sentence.startswith("Do not balance: divide the probability of each ")


def test_a_learner_that_is_better_as_it_is_beats_one_that_balancing_mends() -> None:
    knn = {one.model_copy(update={"learner": KNN}): -0.1 for one in matches.field()}
    knn[candidate("weights", None, KNN)] = 0.0

    found = _recommend(matches.results(_gains() | knn))

    assert found.candidate == NONE
    assert "random forest on the rows as they are" in found.sentence
    assert "weights, knn, is not significantly better" in found.sentence


def test_of_several_learners_the_best_is_named_where_nothing_helps() -> None:
    knn = {one.model_copy(update={"learner": KNN}): -0.1 for one in matches.field()}

    sentence = _recommend(matches.results(_gains() | knn)).sentence

    assert "of 44 candidates none beat" in sentence
    assert "(best random forest, macro-F1 0." in sentence


def test_a_learner_that_balancing_makes_best_is_recommended() -> None:
    knn = {one.model_copy(update={"learner": KNN}): -0.1 for one in matches.field()}
    knn[candidate("weights", None, KNN)] = 0.2

    found = _recommend(matches.results(_gains() | knn))

    assert found.candidate == candidate("weights", None, KNN)
    assert "with knn macro-F1 rises" in found.sentence


def test_a_metric_that_is_undefined_recommends_nothing() -> None:
    made = [_with_area(one, None) for one in matches.results(_gains())]

    found = _recommend(made, Metric.ROC_AUC)

    assert found.candidate == NONE
    assert "ROC-AUC is undefined in some folds" in found.sentence


def test_what_changes_nothing_is_not_the_best_of_what_was_tried() -> None:
    """A threshold moves no rank, so its difference is nought in every fold."""
    gains = dict.fromkeys(_gains(), -0.01) | {NONE: 0.0}
    made = [
        _with_area(one, 0.8 + 0.01 * one.match.fold.fold)
        if one.match.candidate.approach in {"none", "threshold"}
        else one
        for one in matches.results(gains, noise=0.03)
    ]

    sentence = _recommend(made, Metric.ROC_AUC).sentence

    assert "of 22 candidates none beat" in sentence
    assert "the best, threshold" not in sentence


def test_none_alone_is_left_alone() -> None:
    found = _recommend(matches.results({NONE: 0.0}))

    assert found.candidate == NONE
    assert "nothing that was tried changes macro-F1" in found.sentence


GAINS = st.fixed_dictionaries(
    {one: st.sampled_from([-0.05, 0.0, 0.03, 0.05, 0.1]) for one in matches.field()}
)


@given(GAINS, st.integers(0, 9))
@settings(max_examples=10, deadline=None)
def test_whatever_is_recommended_has_earned_it(
    gains: dict[Candidate, float], seed: int
) -> None:
    made = matches.results(gains, seed)
    random.Random(seed).shuffle(made)  # noqa: S311 - no secret
    table = tabulate(made, Metric.MACRO_F1, 0.05)
    standings = rank_candidates(table, {})
    won = [
        one
        for one in standings
        if one.against_none
        and one.against_none.p_holm < 0.05
        and one.against_none.difference > 0
    ]

    found = recommend(table, standings)

    if not won:
        assert found.candidate == NONE
        return
    chosen = next(one for one in won if one.candidate == found.candidate)
    assert complexity(chosen.candidate) <= complexity(won[0].candidate)
    assert "\n" not in found.sentence
    assert found.sentence.endswith(".")


def test_noise_is_hardly_ever_recommended() -> None:
    """Nothing to gain by any of 22: one false recommendation in twenty is allowed."""
    rng, trials = np.random.default_rng(0), 200
    drawn = [matches.noise_table(rng) for _ in range(trials)]

    chosen = [recommend(one, rank_candidates(one, {})).candidate for one in drawn]

    assert sum(one != NONE for one in chosen) / trials <= 0.05
