"""Who forfeits one match is left out of all; others are as if it never played."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.tournament import Fold, Forfeit, MatchResult
from tasks.algorithms.contenders import contender
from tasks.algorithms.forfeits import played_out
from tests import matches

CANDIDATES = [
    matches.candidate("none"),
    *(
        matches.candidate("sampler").model_copy(update={"sampler": name})
        for name in ("SMOTE", "NearMiss")
    ),
]
FOLDS = 3


@given(st.sets(st.tuples(st.sampled_from([1, 2]), st.integers(0, FOLDS - 1))))
def test_those_that_played_in_every_fold_are_left(lost: set[tuple[int, int]]) -> None:
    played: list[MatchResult | Forfeit] = []
    for fold in range(FOLDS):
        for number, one in enumerate(CANDIDATES):
            result = matches.result(one, Fold(repeat=0, fold=fold), 0.5)
            gives_up = (number, fold) in lost
            said = f"{one.sampler} cannot"
            forfeit = Forfeit(match=result.match, reason=said)
            played.append(forfeit if gives_up else result)
    left, told = played_out(played)
    out = {number for number, _ in lost}
    assert {one.match.candidate for one in left} == {
        one for number, one in enumerate(CANDIDATES) if number not in out
    }
    assert len(left) == FOLDS * (len(CANDIDATES) - len(out))
    assert len(told) == len(out)
    for number in out:
        first = min(fold for one, fold in lost if one == number)
        name = contender(CANDIDATES[number])
        where = f"In fold {first + 1} of repeat 1 {CANDIDATES[number].sampler} cannot."
        assert f"Left out: {name}. {where}" in told
