"""Laws of the line-up: none plays, nobody twice, and who does nothing does not."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.contest import APPROACHES, Approach, TournamentConfig
from schemas.evaluation import EvaluatorKind
from schemas.strategy import Strategy
from tasks.algorithms.asked_sampler import sized_like
from tasks.algorithms.decide import RESAMPLED
from tasks.algorithms.lineup import left_out, lineup, matches
from tasks.algorithms.plan import target_rows

LEARNERS = [kind for kind in EvaluatorKind if kind is not EvaluatorKind.NONE]
CONFIGS = st.builds(
    TournamentConfig,
    approaches=st.lists(st.sampled_from(APPROACHES), min_size=1).map(tuple),
    samplers=st.lists(st.sampled_from(["SMOTE", "TomekLinks", "NearMiss"])).map(tuple),
    ratios=st.lists(st.floats(0.01, 1), min_size=1, max_size=4).map(tuple),
    learners=st.lists(st.sampled_from(LEARNERS), min_size=1).map(tuple),
    folds=st.integers(2, 5),
    repeats=st.integers(1, 3),
    sentinel=st.booleans(),
)
COUNTS = st.lists(st.integers(1, 1_000), min_size=2, max_size=4).map(
    lambda rows: {str(place): count for place, count in enumerate(rows)}
)


@given(CONFIGS, COUNTS)
def test_none_plays_and_nobody_plays_twice(
    config: TournamentConfig, counts: dict[str, int]
) -> None:
    found = lineup(config, counts)
    assert len(set(found)) == len(found)
    for learner in config.learners:
        mine = [one for one in found if one.learner is learner]
        assert mine[0].approach is Approach.NONE
        asked = {*config.approaches, Approach.SAMPLER}
        assert {one.approach for one in mine[1:]} <= asked
        named = [one.sampler for one in mine if one.sampler]
        assert ("TomekLinks" in named) == ("TomekLinks" in config.samplers)
        assert set(named) <= set(config.samplers)


@given(CONFIGS, COUNTS)
def test_who_resamples_changes_rows_and_no_two_alike(
    config: TournamentConfig, counts: dict[str, int]
) -> None:
    seen = set()
    for one in lineup(config, counts):
        kind = sized_like(one.sampler) if one.sampler else RESAMPLED.get(one.approach)
        assert (kind is None) == (one.ratio is None)
        if kind is not None and one.ratio is not None:
            sizes = target_rows(counts, kind, Strategy(kind=kind, ratio=one.ratio))
            assert sizes != counts
            key = (one.learner, one.approach, one.sampler, tuple(sizes.values()))
            assert key not in seen
            seen.add(key)


@given(CONFIGS, COUNTS)
def test_everyone_plays_once_in_every_fold(
    config: TournamentConfig, counts: dict[str, int]
) -> None:
    candidates = lineup(config, counts)
    found = matches(candidates, config)
    folds = config.folds * config.repeats
    assert len(set(found)) == len(found)
    assert len(found) == folds * (len(candidates) + config.sentinel)
    rivals = {one.candidate for one in found if one.permuted}
    mine = [one for one in candidates if one.learner is config.learners[0]]
    assert rivals <= {[one for one in mine if not one.sampler][-1]}


def test_what_cannot_play_is_said() -> None:
    knn = TournamentConfig(learners=(EvaluatorKind.KNN,))
    found = lineup(knn, {"a": 100, "b": 30}, synthesise=False)
    played = {one.approach for one in found}
    assert played == set(APPROACHES) - {
        *(Approach.WEIGHTS, Approach.SMOTE, Approach.SMOTE_UNDER)
    }
    assert left_out(knn, found) == (
        "No weights were tried with knn, which takes none.",
        "Ratios that leave these rows as they are: 0.1, 0.25.",
    )
    usual = TournamentConfig()
    assert left_out(usual, lineup(usual, {"a": 1_000, "b": 10})) == ()
