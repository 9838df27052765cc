"""A case that holds scores against those of a reference run, dataset by dataset.

The reference is a table in tests/data, made with scikit-learn and imbalanced-learn;
that the same fold and seed give the same scores to the last digits is a test of
tasks.algorithms.fitting.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold

from schemas.contest import Approach
from schemas.evaluation import Encoding, EvaluatorKind, Metric
from schemas.strategy import Strategy
from schemas.tournament import Candidate
from tasks.algorithms.contest import Problem
from tasks.algorithms.decide import RESAMPLED
from tasks.algorithms.fitting import Answer, Sides, fit
from tasks.algorithms.labels import encode
from tasks.algorithms.learner import Rules
from tasks.algorithms.metrics import scores
from tasks.algorithms.steady import steady
from tests.algorithms.arenas import posed, real
from tests.benchmarks.bench import Bench, Finding
from tests.benchmarks.side_by_side import each
from tests.datasets import DATA, ROLES

APPROACHES = {
    "none": Approach.NONE,
    "class_weight": Approach.WEIGHTS,
    "ros": Approach.RANDOM_OVER,
    "rus": Approach.RANDOM_UNDER,
    "smote": Approach.SMOTE,
}
"""By their names in the reference."""
_METRICS = (Metric.MACRO_F1, Metric.ROC_AUC, Metric.AVERAGE_PRECISION)
_NOISE = 2  # standard deviations
_FOLDS = 5
_RULES = Rules(  # as the reference has them
    trees=100, encoding=Encoding.ONE_HOT, strategy=Strategy(standardize=False)
)


class Job(NamedTuple):
    """A fit that the reference has made too."""

    dataset: str
    approach: Approach
    fold: int


class Gap(NamedTuple):
    """How far a mean of folds is from the reference's."""

    approach: str
    metric: Metric
    found: float
    expected: float
    deviations: float
    """Of the reference's folds."""


def agreement(bench: Bench) -> Iterator[Finding]:
    """Score a forest of 100 trees in five stratified folds of each dataset."""
    for dataset, gaps in measured(bench.size(50_000, 1_000), bench.say).items():
        yield _told(dataset, gaps)


def measured(below: int, say: Callable[[str], None]) -> dict[str, list[Gap]]:
    """Score what the reference has scored.

    Args:
        below: Rows of a dataset that is too large.
        say: Told which datasets are measured.

    Returns:
        By dataset, for each approach and metric.
    """
    rows: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    with Path(DATA, "reference_results.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if int(row["rows"]) < below:
                rows[row["dataset"]].append(row)
    say(f"reference: {', '.join(rows)}")
    jobs = [Job(*j) for j in product(rows, APPROACHES.values(), range(_FOLDS))]
    found = defaultdict(list)
    for job, told in zip(jobs, each(_scored, jobs), strict=True):
        found[job.dataset, job.approach].append(told)
    return {
        dataset: [
            _gap(row, found[dataset, APPROACHES[row["strategy"]]], metric)
            for row, metric in product(expected, _METRICS)
        ]
        for dataset, expected in rows.items()
    }


def _gap(
    row: Mapping[str, str], folds: list[dict[str, float | None]], metric: Metric
) -> Gap:
    values = [value for one in folds if (value := one[metric]) is not None]
    found, expected = mean(values), float(row[f"{metric}_fold_mean"])
    deviations = abs(found - expected) / float(row[f"{metric}_fold_std"])
    return Gap(row["strategy"], metric, found, expected, deviations)


def _told(dataset: str, gaps: list[Gap]) -> Finding:
    within = [gap.deviations <= _NOISE for gap in gaps]
    farthest = max(gaps, key=lambda gap: gap.deviations)
    none = "; ".join(_beside(gap) for gap in gaps if gap.approach == Approach.NONE)
    return Finding(
        f"{', '.join(APPROACHES)} on {dataset}, five folds, forest of 100 trees",
        f"the reference's means within {_NOISE} deviations of its folds",
        f"{sum(within)} of {len(within)}; none: {none}; farthest: {farthest.approach}, "
        f"{_beside(farthest)}: {farthest.deviations:.1f} deviations",
        all(within),
    )


def _beside(gap: Gap) -> str:
    return f"{gap.metric} {gap.found:.3f}, reference {gap.expected:.3f}"


def _scored(job: Job) -> dict[str, float | None]:
    table, problem, dealt = _dealt(job.dataset)
    unseen = dealt == job.fold
    split = Sides(table.filter(pa.array(~unseen)), table.filter(pa.array(unseen)))
    ratio = 1.0 if job.approach in RESAMPLED else None
    forest = EvaluatorKind.RANDOM_FOREST
    candidate = Candidate(approach=job.approach, ratio=ratio, learner=forest)
    return _scores(fit(candidate, split, problem, _RULES, 0), split, problem)


@cache
def _dealt(dataset: str) -> tuple[pa.Table, Problem, np.ndarray]:
    """Read a dataset, and the fold in which each of its rows is unseen."""
    target, ignore = ROLES[dataset]
    table, problem = posed(_floats(real(dataset)[0], target), target, ignore)
    if dataset == "bank_marketing":  # the reference learns from duration, too
        table, problem = posed(table, target)
    codes = encode(table.column(problem.target), problem.labels)
    splitter = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    folds = np.empty(len(codes), np.int32)
    with steady():  # classes of fewer rows than folds are no news
        for fold, (_, unseen) in enumerate(splitter.split(codes, codes)):
            folds[unseen] = fold
    return table, problem, folds


def _floats(table: pa.Table, target: str) -> pa.Table:
    """Have SMOTE make fractions of whole numbers, as it does in the reference."""
    fields = [
        field.with_type(pa.float64())
        if pa.types.is_integer(field.type) and field.name != target
        else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _scores(answer: Answer, split: Sides, problem: Problem) -> dict[str, float | None]:
    y = encode(split.validation.column(problem.target), problem.labels)
    told: dict[str, float | None] = scores(y, *answer.prediction).model_dump()
    if len(problem.labels) == 2:  # the reference knows one precision there
        rare = problem.labels.index(problem.minority)
        likely = answer.prediction.probabilities[:, rare]
        told[Metric.AVERAGE_PRECISION] = average_precision_score(y == rare, likely)
    return told
