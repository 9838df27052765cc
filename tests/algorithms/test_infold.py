"""Balanced in memory, rows are those that balance would write."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.contest import Problem
from tasks.algorithms.decide import RESAMPLED
from tasks.algorithms.infold import balanced, class_rows
from tasks.algorithms.plan import target_rows
from tests.algorithms.arenas import drawn, real
from tests.algorithms.mixed import roles
from tests.strategies import tables

KINDS = sorted({StrategyKind.NONE, *RESAMPLED.values()} - {StrategyKind.SAMPLER})


def _rows(table: pa.Table) -> Counter[str]:
    return Counter(map(repr, table.to_pylist()))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(
    table=tables(max_class=25),
    ratio=st.floats(0.05, 1),
    seed=st.integers(0, 2**63 - 1),
)
def test_counts_are_those_of_the_plan_and_real_rows_are_real(
    kind: StrategyKind, table: pa.Table, ratio: float, seed: int
) -> None:
    table = table.filter(table.column("y").is_valid())
    labels = tuple(dict.fromkeys(table.column("y").to_pylist()))
    problem = Problem("y", labels, labels[0], roles(table.schema, y="target"))
    strategy = Strategy(kind=kind, ratio=ratio)
    counts = class_rows(table, problem)
    found = balanced(table, problem, strategy, seed)
    assert found.schema == table.schema
    assert class_rows(found, problem) == target_rows(counts, kind, strategy)
    if kind not in {StrategyKind.SMOTE, StrategyKind.SMOTE_UNDER}:
        assert set(_rows(found)) <= set(_rows(table))
    assert _rows(found) == _rows(balanced(table, problem, strategy, seed))


def test_another_seed_keeps_other_rows() -> None:
    table, problem = drawn(400)
    under = Strategy(kind=StrategyKind.RANDOM_UNDER)
    one, other = (_rows(balanced(table, problem, under, seed)) for seed in (1, 2))
    assert one != other


def test_classes_that_are_not_there_are_not_made() -> None:
    table, problem = real("ecoli")
    codes = np.array(table.column("class").to_pylist())
    some = table.filter(pa.array(~np.isin(codes, ["imL", "imS"])))
    found = balanced(some, problem, Strategy(kind=StrategyKind.SMOTE), 0)
    assert set(class_rows(found, problem)) == set(problem.labels) - {"imL", "imS"}


def test_a_sampler_is_run_on_the_rows_of_the_fold() -> None:
    table, problem = drawn(400)
    strategy = Strategy(kind=StrategyKind.SAMPLER, name="SMOTE", ratio=0.5)
    found = balanced(table, problem, strategy, 3)
    assert found.schema == table.schema
    like = target_rows(class_rows(table, problem), StrategyKind.SMOTE, strategy)
    assert class_rows(found, problem) == like
    assert _rows(table) <= _rows(found)
