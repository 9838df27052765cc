"""Cases that ask whether what compare tells is true; how fast it is, is elsewhere.

Tournaments are played in memory, as the engine plays them.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import pyarrow as pa

from schemas.contest import Approach, TournamentConfig
from schemas.evaluation import EvaluatorKind, Metric
from schemas.tournament import Estimate
from tasks.algorithms.contest import Problem
from tasks.algorithms.learner import Rules
from tasks.algorithms.match_table import tabulate
from tasks.algorithms.recommendation import recommend
from tasks.algorithms.standings import rank_candidates
from tasks.algorithms.tournament import compete, set_up
from tests.algorithms.arenas import drawn, real
from tests.benchmarks import side_by_side
from tests.benchmarks.bench import Bench, Finding
from tests.matches import noise_table

_QUICK = TournamentConfig(
    ratios=(1.0,),
    learners=(EvaluatorKind.LOGISTIC_REGRESSION,),
    repeats=1,
    sentinel=False,
)
_ROWS = 400
_PAIR = (Approach.NONE, Approach.RANDOM_UNDER)
_KNOWN = {Metric.AVERAGE_PRECISION: -1, Metric.BALANCED_ACCURACY: 1}
_FOREST = TournamentConfig(
    approaches=(Approach.RANDOM_UNDER,), ratios=(1.0,), repeats=1, sentinel=False
)


def honest(bench: Bench) -> Iterator[Finding]:
    """Ask for the rate of false recommendations, and for what is known of a forest."""
    yield simulated(bench)
    yield from false_alarms(bench)
    yield from directions(bench)


def simulated(bench: Bench) -> Finding:
    """Draw scores that nothing but chance tells apart, as folds would have them."""
    trials, rng = bench.size(2_000, 200), np.random.default_rng(0)
    tables = (noise_table(rng) for _ in range(trials))
    chosen = (recommend(one, rank_candidates(one, {})).candidate for one in tables)
    false = sum(one.approach is not Approach.NONE for one in chosen)
    return Finding(
        "something recommended of 22 candidates whose scores differ by chance alone",
        f"≤ 5 % of {trials:,} simulated tournaments",
        f"{false / trials:.1%}",
        false <= 0.05 * trials,
    )


def false_alarms(bench: Bench) -> Iterator[Finding]:
    """Recommend something where there is nothing to find, as rarely as can be."""
    trials = bench.size(100, 10)
    for name, make in (("noise", _noise), ("glass, labels permuted", _permuted)):
        bench.say(f"{name}: {trials} tournaments")
        false = sum(side_by_side.each(partial(_is_false, make=make), range(trials)))
        yield Finding(
            f"something recommended on {name}",
            f"≤ 5 % of {trials} tournaments",
            f"{false / trials:.1%}",
            false <= 0.05 * trials,
        )


def _is_false(seed: int, make: Callable[[int], tuple[pa.Table, Problem]]) -> bool:
    arena = set_up(*make(seed), _QUICK, Rules(), seed)
    results = compete(arena, _QUICK, time.thread_time)
    lined_up = tabulate(results, Metric.MACRO_F1, _QUICK.level)
    found = recommend(lined_up, rank_candidates(lined_up, {}))
    return found.candidate.approach is not Approach.NONE


def directions(bench: Bench) -> Iterator[Finding]:
    """See a forest rank worse and find more of the rare class, as is known of it."""
    for name in ("bank_marketing", "adult"):
        bench.say(f"{name}: none and random_under to 1:1")
        table, problem = real(name)
        rows = min(table.num_rows, bench.size(20_000, 2_000))
        places = np.random.default_rng(0).permutation(table.num_rows)[:rows]
        by_approach = _estimates(table.take(pa.array(places)), problem)
        for metric, sign in _KNOWN.items():
            before, after = (by_approach[one][metric].mean for one in _PAIR)
            yield Finding(
                f"{metric} of a forest under random_under, {rows:,} rows of {name}",
                "rises" if sign > 0 else "falls",
                f"from {before:.3f} to {after:.3f}",
                sign * (after - before) > 0,
            )


def _estimates(
    table: pa.Table, problem: Problem
) -> dict[Approach, Mapping[str, Estimate]]:
    arena = set_up(table, problem, _FOREST, Rules(), 0)
    results = side_by_side.compete(arena, _FOREST)
    standings = rank_candidates(tabulate(results, Metric.MACRO_F1, _FOREST.level), {})
    return {one.candidate.approach: one.estimates for one in standings}


def _noise(seed: int) -> tuple[pa.Table, Problem]:
    return drawn(_ROWS, effect=0.0, seed=seed)


def _permuted(seed: int) -> tuple[pa.Table, Problem]:
    table, problem = real("glass")
    places = np.random.default_rng(seed).permutation(table.num_rows)
    at = table.schema.get_field_index(problem.target)
    labels = table.column(at).take(pa.array(places))
    return table.set_column(at, table.schema.field(at), labels), problem
