"""A case that holds scores against those of a reference run, dataset by dataset.

The reference is a table in tests/data, made with stock scikit-learn; that the same fold
and seed give the same scores to the last digits is a test of tasks.algorithms.fitting.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import mean

import numpy as np
import pyarrow as pa
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold

from schemas.contest import Approach
from schemas.evaluation import EvaluatorKind, Metric
from schemas.tournament import Candidate
from tasks.algorithms.contest import Problem
from tasks.algorithms.fitting import Sides, fit
from tasks.algorithms.labels import encode
from tasks.algorithms.learner import Rules
from tasks.algorithms.metrics import scores
from tasks.algorithms.steady import steady
from tests.algorithms.arenas import posed, real
from tests.benchmarks.bench import Bench, Finding
from tests.datasets import DATA

_NONE = Candidate(approach=Approach.NONE, learner=EvaluatorKind.RANDOM_FOREST)
_METRICS = (Metric.MACRO_F1, Metric.ROC_AUC, Metric.AVERAGE_PRECISION)
_NOISE = 2  # standard deviations of the reference's folds


def agreement(bench: Bench) -> Iterator[Finding]:
    """Score a forest of 100 trees in five stratified folds of each dataset."""
    with Path(DATA, "reference_results.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if bench.full or int(row["rows"]) < bench.size(50_000, 1_000):
                bench.say(f"reference: {row['dataset']}")
                yield _compared(row)


def _compared(row: Mapping[str, str]) -> Finding:
    table, problem = real(row["dataset"])
    if row["dataset"] == "bank_marketing":  # the reference learns from duration, too
        table, problem = posed(table, problem.target)
    found = _means(table, problem)
    told, within = [], True
    for metric in _METRICS:
        expected = float(row[f"{metric}_fold_mean"])
        noise = _NOISE * float(row[f"{metric}_fold_std"])
        told.append(f"{metric} {found[metric]:.3f}, reference {expected:.3f}")
        within = within and abs(found[metric] - expected) <= noise
    return Finding(
        f"none on {row['dataset']}, five folds, random forest of 100 trees",
        f"the reference's means within {_NOISE} deviations of its folds",
        "; ".join(told),
        within,
    )


def _means(table: pa.Table, problem: Problem) -> dict[str, float]:
    codes = encode(table.column(problem.target), problem.labels)
    splitter = StratifiedKFold(5, shuffle=True, random_state=0)
    found: list[dict[str, float | None]] = []
    with steady():  # classes of fewer rows than folds are no news
        folds = list(splitter.split(np.empty(len(codes)), codes))
    for train, validation in folds:
        split = Sides(table.take(pa.array(train)), table.take(pa.array(validation)))
        answer = fit(_NONE, split, problem, Rules(trees=100), 0)
        told = scores(codes[validation], *answer.prediction).model_dump()
        if len(problem.labels) == 2:  # the reference knows one precision there
            rare = problem.labels.index(problem.minority)
            likely = answer.prediction.probabilities[:, rare]
            precision = average_precision_score(codes[validation] == rare, likely)
            told[Metric.AVERAGE_PRECISION] = precision
        found.append(told)
    return {
        metric: mean(value for one in found if (value := one[metric]) is not None)
        for metric in _METRICS
    }
