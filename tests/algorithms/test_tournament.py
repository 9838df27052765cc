"""Laws of matches: seed, candidate and fold decide, and nothing else."""

from collections import defaultdict
from dataclasses import replace
from itertools import count

import numpy as np
import pyarrow as pa
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from schemas.contest import APPROACHES, Approach, TournamentConfig
from schemas.evaluation import EvaluatorKind
from schemas.tournament import Candidate, Fold, Match, MatchResult
from tasks.algorithms.contest import Problem
from tasks.algorithms.labels import encode
from tasks.algorithms.learner import Rules
from tasks.algorithms.lineup import matches
from tasks.algorithms.tournament import (
    Arena,
    compete,
    only_seen,
    play,
    seed_of,
    set_up,
)
from tests.algorithms.arenas import drawn, posed, real

QUICK = TournamentConfig(ratios=(0.5,), folds=3, repeats=1)
RULES = Rules(trees=10)


def clock() -> float:
    """Read a clock that stands still."""
    return 0.0


def arena_of(
    table: pa.Table,
    problem: Problem,
    config: TournamentConfig = QUICK,
    rules: Rules = RULES,
) -> Arena:
    return set_up(table, problem, config, rules, 0)


def mean_areas(results: tuple[MatchResult, ...]) -> dict[str, float]:
    found = defaultdict(list)
    for one in results:
        name = "permuted" if one.match.permuted else one.match.candidate.approach
        found[name].append(one.scores.roc_auc or 0.5)
    return {name: float(np.mean(areas)) for name, areas in found.items()}


def test_a_result_depends_on_seed_candidate_and_fold_alone() -> None:
    some = (Approach.THRESHOLD, Approach.RANDOM_UNDER, Approach.SMOTE)
    config = QUICK.model_copy(update={"approaches": some, "folds": 2})
    arena = arena_of(*drawn(200), config)
    together = compete(arena, config, clock)
    for result in reversed(together):
        assert play(result.match, arena, clock) == result
    assert compete(replace(arena, seed=1), config, clock) != together


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        ("ecoli", EvaluatorKind.LOGISTIC_REGRESSION),
        ("horse_colic", EvaluatorKind.KNN),
        ("glass", EvaluatorKind.RANDOM_FOREST),
    ],
)
def test_real_rows_with_gaps_and_rare_classes_are_borne(
    name: str, learner: EvaluatorKind
) -> None:
    table, problem = real(name)
    config = QUICK.model_copy(update={"learners": (learner,), "folds": 2})
    rules = Rules(trees=3, cost_fp=1, cost_fn=5)
    results = compete(arena_of(table, problem, config, rules), config, clock)
    assert len({one.match for one in results}) == len(results)
    for one in results:
        assert abs(one.validation_rows - table.num_rows / 2) < 1
        assert 0 <= one.scores.macro_f1 <= 1
        assert one.cost is not None
        assert one.cost_curve is not None


def test_the_first_repeat_is_the_reference_protocol() -> None:
    """None equals a stock forest in the stock folds, given the seed of the fold."""
    table, problem = real("glass")
    config = TournamentConfig(approaches=(Approach.NONE,), repeats=1, sentinel=False)
    results = compete(arena_of(table, problem, config), config, clock)
    x = table.drop(["Type"]).to_pandas().to_numpy()
    y = encode(table.column("Type"), problem.labels)
    splitter = StratifiedKFold(5, shuffle=True, random_state=0)
    folds = enumerate(splitter.split(x, y))
    for (fold, (train, validation)), result in zip(folds, results, strict=True):
        seed = seed_of(Fold(repeat=0, fold=fold), 0) % 2**32
        stock = RandomForestClassifier(10, random_state=seed).fit(x[train], y[train])
        found = stock.predict_proba(x[validation])
        assert result.scores.roc_auc == pytest.approx(
            roc_auc_score(y[validation], found, multi_class="ovr", average="macro")
        )


def test_labels_that_are_shuffled_cannot_be_predicted() -> None:
    table, problem = drawn(600, share=0.3, effect=3.0)
    config = TournamentConfig(
        approaches=(Approach.NONE, Approach.SMOTE), ratios=(1.0,), folds=4, repeats=2
    )
    areas = mean_areas(compete(arena_of(table, problem, config), config, clock))
    assert areas["none"] > 0.95
    assert areas["smote"] > 0.95
    assert areas["permuted"] == pytest.approx(0.5, abs=0.1)


def test_noise_is_noise_to_every_candidate() -> None:
    table, problem = drawn(900, share=0.2, effect=0.0)
    areas = mean_areas(compete(arena_of(table, problem), QUICK, clock))
    assert set(areas) == {*APPROACHES, "permuted"}
    assert all(abs(area - 0.5) < 0.1 for area in areas.values())


def test_a_group_is_predicted_by_models_that_never_saw_it() -> None:
    """Twins with equal features give the answer away, unless folds keep them."""
    table, problem = drawn(400, share=0.5, effect=0.0)
    twins = pa.concat_tables([table, table])
    names = pa.array([*range(400), *range(400)])
    twins = twins.append_column("who", names)
    _, problem = posed(twins, "label")
    grouped = QUICK.model_copy(update={"approaches": (Approach.NONE,), "group": "who"})
    loose = grouped.model_copy(update={"group": None})
    honest, fooled = (
        mean_areas(compete(arena_of(twins, problem, config), config, clock))
        for config in (grouped, loose)
    )
    assert abs(honest["none"] - 0.5) < 0.1
    assert fooled["none"] > 0.8


def test_no_model_sees_key_ignored_or_group_columns() -> None:
    table, _ = drawn(60)
    ignoring = posed(table, "label", ("y",))[1]
    seen = only_seen(ignoring, "town")
    assert [column.name for column in seen.columns] == ["x", "always", "never", "label"]
    config = QUICK.model_copy(update={"group": "town"})
    shown = set_up(table, ignoring, config.model_copy(update={"folds": 2}), RULES, 0)
    assert shown.rows.column_names == ["x", "always", "never", "label"]


def test_seconds_are_those_of_the_clock_and_folds_have_seeds_of_their_own() -> None:
    arena = arena_of(*drawn(60))
    ticks = count()
    candidate = Candidate(approach=Approach.NONE, learner=EvaluatorKind.KNN)
    match = Match(candidate=candidate, fold=Fold(repeat=0, fold=0))
    assert play(match, arena, lambda: float(next(ticks))).fit_seconds == 1
    folds = {one.fold for one in matches([candidate], TournamentConfig())}
    seeds = {seed_of(fold, seed) for fold in folds for seed in (0, 1)}
    assert len(seeds) == 2 * len(folds)
    assert all(0 <= seed < 2**63 for seed in seeds)
