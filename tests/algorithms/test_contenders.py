"""Candidates have names of their own, and an order from the simplest."""

from schemas.contest import APPROACHES
from tasks.algorithms.contenders import complexity, contender, treatment
from tests import matches
from tests.matches import KNN, candidate


def test_no_two_have_one_name() -> None:
    odd = [candidate("smote", ratio) for ratio in (0.3, 1 / 3, 0.333, 0.35)]
    everyone = {*matches.field(), *matches.field(KNN), *odd}

    assert len({contender(one) for one in everyone}) == len(everyone)


def test_a_treatment_names_what_is_done_and_how_far() -> None:
    assert treatment(candidate("weights")) == "weights"
    assert treatment(candidate("smote_under", 1.0)) == "smote_under to 1:1"
    corrected = candidate("random_under_corrected", 0.25)
    assert treatment(corrected) == "random_under to 1:4, corrected"


def test_the_order_of_simplicity_is_the_documented_one() -> None:
    """As the page says: by approach, then by how little the rows change."""
    ordered = sorted(matches.field(), key=complexity)

    assert list(dict.fromkeys(one.approach for one in ordered)) == list(APPROACHES)
    for approach in APPROACHES:
        ratios = [one.ratio or 0 for one in ordered if one.approach is approach]
        assert ratios == sorted(ratios)


def test_a_sampler_has_its_own_name_and_comes_last() -> None:
    plain = candidate("smote", 1.0)
    one = candidate("sampler", 0.5).model_copy(update={"sampler": "SMOTETomek"})
    assert treatment(one) == "SMOTETomek to 1:2"
    cleaning = one.model_copy(update={"ratio": None, "sampler": "TomekLinks"})
    assert contender(cleaning) == "TomekLinks, random_forest"
    assert complexity(plain) < complexity(cleaning) < complexity(one)
