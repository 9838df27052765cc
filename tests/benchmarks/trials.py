"""Cases of noise: what is learnt from it, and how often balance says that it helped.

How trials are made is in tests.honesty; how often compare recommends something, in
honesty.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pyarrow as pa
from scipy.stats import binomtest

from schemas.contest import Approach, TournamentConfig
from schemas.evaluation import EvaluationConfig, Metric
from schemas.tournament import MatchResult, Sentinel, Standing
from tasks.algorithms.learner import Rules
from tasks.algorithms.match_table import tabulate
from tasks.algorithms.sentinel import judge
from tasks.algorithms.standings import rank_candidates
from tasks.algorithms.tournament import set_up
from tests.benchmarks.bench import Bench, Finding
from tests.benchmarks.side_by_side import compete, each
from tests.honesty import balanced, labelled, noise, problem_of, real, verdict

_LEVEL = 0.05
_STRATEGIES = ("random_over", "random_under", "smote")
_REAL = (("abalone", "Rings"), ("bank_marketing", "y"))
_NAMES = " and ".join(name for name, _ in _REAL)


def nothing_to_learn(bench: Bench) -> Iterator[Finding]:
    """Let every candidate, and one that leaks, try to learn pure noise."""
    bench.say("noise: all candidates")
    trees, repeats = bench.size(100, 10), bench.size(3, 1)
    config = TournamentConfig(repeats=repeats)
    table = labelled(noise(2_000, 20, 0), 0, share=0.05)
    arena = set_up(table, problem_of(table), config, Rules(trees=trees), 0)
    results = compete(arena, config)
    yield _of_candidates([one for one in results if not one.match.permuted])
    sentinel = judge([one for one in results if one.match.permuted], config)
    yield _told("the sentinel, on shuffled labels", sentinel, honest=True)
    for strategy in ("random_over", "smote"):
        bench.say(f"noise: {strategy} before the split")
        found = _leaky(balanced(table, strategy, 0), config, trees)
        yield _told(f"{strategy} before the split, a leak", found, honest=False)


def _of_candidates(results: Sequence[MatchResult]) -> Finding:
    table = tabulate(results, Metric.MACRO_F1, _LEVEL)
    standings = rank_candidates(table, {})
    means = [one.estimates[Metric.ROC_AUC].mean for one in standings]
    beyond = [one.name for one in standings if not _has_chance_inside(one)]
    return Finding(
        f"{len(standings)} candidates on 2,000 x 20 of noise, 5 % positive",
        "every ROC-AUC .5 within its interval",
        f"{min(means):.3f} to {max(means):.3f}"
        + (f"; beyond: {', '.join(beyond)}" if beyond else ""),
        not beyond,
    )


def _has_chance_inside(standing: Standing) -> bool:
    low, high = standing.estimates[Metric.ROC_AUC].interval
    return low <= 1 / 2 <= high


def _leaky(table: pa.Table, config: TournamentConfig, trees: int) -> Sentinel:
    """Learn from rows that were resampled before they were parted."""
    arena = set_up(table, problem_of(table), config, Rules(trees=trees), 0)
    alone = {"approaches": (Approach.NONE,), "sentinel": False}
    return judge(compete(arena, config.model_copy(update=alone)), config)


def _told(case: str, found: Sentinel, *, honest: bool) -> Finding:
    area, (low, high) = found.roc_auc.mean, found.roc_auc.interval
    return Finding(
        case,
        "passes: .5 is inside" if honest else "is caught, ROC-AUC ≥ .99",
        f"ROC-AUC {area:.3f}, interval {low:.3f} to {high:.3f}",
        found.passed if honest else not found.passed and area >= 0.99,
    )


def false_help(bench: Bench) -> Iterator[Finding]:
    """Count how often balancing is said to help where nothing can."""
    trials = bench.size(300, 20)
    draws = {
        "noise": partial(noise, 1_000, 5),
        f"shuffled labels of {_NAMES}": partial(_real, trials // len(_REAL)),
    }
    for metric in (Metric.MACRO_F1, Metric.ROC_AUC):
        for name, draw in draws.items():
            bench.say(f"{trials} trials of {name}, by {metric}")
            yield _counted(f"{name}, by {metric}", draw, trials, metric)


def _real(each_of: int, trial: int) -> pa.Table:
    """Draw from one dataset after the other."""
    place, seed = divmod(trial, each_of)
    return real(*_REAL[place], 1_000, seed)


def _counted(
    case: str, draw: Callable[[int], pa.Table], trials: int, metric: Metric
) -> Finding:
    evaluation = EvaluationConfig(metric=metric, trees=15, resamples=300)
    judged = partial(verdict, draw=draw, strategies=_STRATEGIES, evaluation=evaluation)
    found = list(each(judged, range(trials)))
    helped = found.count("helped")
    exact = binomtest(helped, trials).proportion_ci(0.95, "exact")
    return Finding(
        f"balancing {case}: {trials} trials",
        "≤ 5 % said to help",
        f"{helped} ({helped / trials:.1%}; 95 % interval {exact.low:.1%} to "
        f"{exact.high:.1%}, Clopper and Pearson); {found.count('hurt')} to hurt",
        helped <= _LEVEL * trials,
    )
