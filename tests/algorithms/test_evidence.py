"""What a leaderboard comes to for balance, and what its passport keeps of it."""

import pytest

from schemas.contest import Approach
from schemas.errors import UserError
from schemas.evaluation import EvaluatorKind
from schemas.strategy import Strategy, StrategyKind
from schemas.tournament import Candidate, Estimate, Sentinel
from tasks.algorithms.evidence import chosen, in_brief, repeatable, to_do
from tests import matches

BOARD = matches.leaderboard(matches.results(dict.fromkeys(matches.field(), 0.0)))
ASKED = Strategy(kind=StrategyKind.EVIDENCE, k_neighbors=3, max_growth=2)
PUBLISHED = {
    Approach.NONE: StrategyKind.NONE,
    Approach.THRESHOLD: StrategyKind.NONE,
    Approach.WEIGHTS: StrategyKind.WEIGHTS,
    Approach.RANDOM_UNDER: StrategyKind.RANDOM_UNDER,
    Approach.RANDOM_UNDER_CORRECTED: StrategyKind.RANDOM_UNDER,
    Approach.RANDOM_OVER: StrategyKind.RANDOM_OVER,
    Approach.SMOTE_UNDER: StrategyKind.SMOTE_UNDER,
    Approach.SMOTE: StrategyKind.SMOTE,
    Approach.SAMPLER: StrategyKind.SAMPLER,
}


@pytest.mark.parametrize("approach", Approach)
def test_balance_does_what_is_recommended(approach: Approach) -> None:
    resamples = PUBLISHED[approach] in {"random_under", "random_over"} or (
        approach in {Approach.SMOTE, Approach.SMOTE_UNDER}
    )
    candidate = Candidate(
        approach=approach,
        ratio=0.25 if resamples else None,
        sampler="SMOTETomek" if approach is Approach.SAMPLER else None,
        learner=EvaluatorKind.RANDOM_FOREST,
    )
    advice = BOARD.recommendation.model_copy(update={"candidate": candidate})
    board = BOARD.model_copy(update={"recommendation": advice})
    found = chosen(ASKED, board)
    assert found.kind is PUBLISHED[approach]
    assert found.name == candidate.sampler
    assert found.ratio == (0.25 if resamples else 1)
    assert (found.k_neighbors, found.max_growth) == (3, 2)
    left = {Approach.THRESHOLD, Approach.RANDOM_UNDER_CORRECTED}
    assert bool(to_do(board)) == (approach in left)


def test_scores_that_cannot_be_trusted_decide_nothing() -> None:
    leak = Estimate(mean=0.98, interval=(0.95, 1))
    failed = Sentinel(roc_auc=leak, passed=False, suspects=("Column 'x' is a copy.",))
    board = BOARD.model_copy(update={"sentinel": failed})
    with pytest.raises(UserError, match=r"0\.980.*Column 'x' is a copy\."):
        chosen(ASKED, board)
    passed = BOARD.model_copy(
        update={"sentinel": failed.model_copy(update={"passed": True})}
    )
    assert chosen(ASKED, passed).kind is not StrategyKind.EVIDENCE


def test_what_repeats_has_no_seconds() -> None:
    still = repeatable(BOARD)
    for before, after in zip(BOARD.standings, still.standings, strict=True):
        assert set(before.estimates) - set(after.estimates) == {"fit_seconds"}
    assert repeatable(still) == still


def test_a_passport_names_all_who_played() -> None:
    found = in_brief(BOARD)
    assert found
    assert [one.name for one in found.contenders] == [
        one.name for one in BOARD.standings
    ]
    assert found.recommendation == BOARD.recommendation
    none = next(one for one in found.contenders if one.name.startswith("none"))
    assert none.mean is not None
    assert none.difference is None
    assert in_brief(None) is None
