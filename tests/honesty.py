"""Trials in which balancing cannot help: how often is it said to have?

Rows are noise, or real ones with their labels shuffled. Shared by tests and benchmarks.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.evaluation import EvaluationConfig
from schemas.survey import Column, Role
from schemas.verdict import Evaluation, Verdict
from tasks.algorithms import smote
from tasks.algorithms.contest import Problem, Tables
from tasks.algorithms.evaluate import evaluate
from tasks.algorithms.roles import feature_role

DATA = Path(__file__).parent / "data"
TARGET = "y"
RARE = 0.1  # of the rows
HELD_OUT = 0.4  # of the rows of each class


def noise(rows: int, width: int, seed: int) -> pa.Table:
    """Draw features that tell nothing."""
    drawn = np.random.default_rng(seed).normal(size=(width, rows))
    return pa.table({f"x{place}": column for place, column in enumerate(drawn)})


def real(name: str, target: str, rows: int, seed: int) -> pa.Table:
    """Draw rows of a real dataset, without their labels."""
    table = _features(name, target)
    chosen = np.random.default_rng(seed).permutation(table.num_rows)[:rows]
    return table.take(pa.array(chosen))


@cache
def _features(name: str, target: str) -> pa.Table:
    return pq.read_table(DATA / f"{name}.parquet").drop_columns([target])


def labelled(features: pa.Table, seed: int, share: float = RARE) -> pa.Table:
    """Make so many rows at random of the rare class 1, and all others of 0."""
    rare = np.arange(features.num_rows) < share * features.num_rows
    y = np.random.default_rng(seed).permutation(rare).astype(np.int32)
    return features.append_column(TARGET, pa.array(y))


def problem_of(table: pa.Table) -> Problem:
    """Predict the label from all other columns."""
    columns = tuple(
        Column(name=f.name, type=str(f.type), role=_role(f), nullable=True)
        for f in table.schema
    )
    return Problem(target=TARGET, labels=("0", "1"), minority="1", columns=columns)


def _role(field: pa.Field) -> Role:
    return "target" if field.name == TARGET else feature_role(field.type) or "key"


def judged(
    table: pa.Table, strategy: str, seed: int, evaluation: EvaluationConfig
) -> Evaluation:
    """Split labelled rows, balance the training part to 1:1, and have it judged.

    Args:
        table: Of `labelled`.
        strategy: random_over, random_under or smote.
        seed: Of balancing and models.
        evaluation: How it is judged.

    Returns:
        What is found of balancing, which has nothing to work with.
    """
    held = _held_out(table.column(TARGET).to_numpy())
    train, problem = table.filter(pa.array(~held)), problem_of(table)
    tables = Tables(
        asis=train,
        balanced=balanced(train, strategy, seed),
        holdout=table.filter(pa.array(held)),
    )
    return evaluate(evaluation, problem, tables, seed)


def _held_out(y: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Hold out the first rows of each class; their order is random."""
    held = np.zeros(len(y), bool)
    for code in (0, 1):
        rows = np.flatnonzero(y == code)
        held[rows[: int(HELD_OUT * len(rows))]] = True
    return held


def balanced(train: pa.Table, strategy: str, seed: int) -> pa.Table:
    """Balance labelled rows to 1:1."""
    y = train.column(TARGET).to_numpy()
    rare, rest = (np.flatnonzero(y == code) for code in (1, 0))
    if strategy == "random_over":
        return train.take(pa.array(np.append(rest, np.resize(rare, len(rest)))))
    if strategy == "random_under":
        kept = np.random.default_rng(seed).permutation(rest)[: len(rare)]
        return train.take(pa.array(np.append(kept, rare)))
    donors = train.take(pa.array(rare))
    lot = smote.Lot(seed, 1)
    columns = problem_of(train).columns
    model = smote.prepare(donors, columns, lot, k=5, standardize=True)
    drawn = smote.draw(0, len(rest) - len(rare), model)
    return pa.concat_tables([train, smote.derive(model, *drawn)])


def verdict(
    trial: int,
    draw: Callable[[int], pa.Table],
    strategies: Sequence[str],
    evaluation: EvaluationConfig,
) -> Verdict:
    """Draw a table, label it at random, and balance it by one of the strategies.

    Args:
        trial: Its number, which is the seed of everything.
        draw: Gives the features of a trial.
        strategies: Taken in turn.
        evaluation: How it is judged.
    """
    table = labelled(draw(trial), trial)
    strategy = strategies[trial % len(strategies)]
    return judged(table, strategy, trial, evaluation).verdict
