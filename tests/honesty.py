"""Trials in which balancing cannot help: how often is it said to have?

Rows are noise, or real ones with their labels shuffled. Shared by tests and benchmarks.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.config import EvaluationConfig, EvaluatorKind
from schemas.records import Column, Evaluation, Verdict
from tasks.algorithms import smote
from tasks.algorithms.columns import feature_role
from tasks.algorithms.evaluate import Problem, Tables, evaluate
from tasks.algorithms.labels import Codes

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
    table = pq.read_table(DATA / f"{name}.parquet").drop_columns([target])
    chosen = np.random.default_rng(seed).permutation(table.num_rows)[:rows]
    return table.take(pa.array(chosen))


def judged(
    features: pa.Table, strategy: str, seed: int, evaluation: EvaluationConfig
) -> Evaluation:
    """Label rows at random, balance the training part to 1:1, and have it judged.

    Args:
        features: Of all rows.
        strategy: random_over, random_under or smote.
        seed: Of labels, split, balancing and models.
        evaluation: How it is judged.

    Returns:
        What is found of balancing, which has nothing to work with.
    """
    y = _labels(features.num_rows, seed)
    table = features.append_column(TARGET, pa.array(y))
    held = _held_out(y)
    train, columns = table.filter(pa.array(~held)), _columns(table.schema)
    problem = Problem(target=TARGET, labels=("0", "1"), minority="1", columns=columns)
    tables = Tables(
        asis=train,
        balanced=balanced(train, columns, strategy, seed),
        holdout=table.filter(pa.array(held)),
    )
    return evaluate(evaluation, problem, tables, seed)


def _labels(rows: int, seed: int) -> Codes:
    rare = np.arange(rows) < RARE * rows
    return np.random.default_rng(seed).permutation(rare).astype(np.int32)


def _held_out(y: Codes) -> np.ndarray:
    """Hold out the first rows of each class; their order is random."""
    held = np.zeros(len(y), bool)
    for code in (0, 1):
        rows = np.flatnonzero(y == code)
        held[rows[: int(HELD_OUT * len(rows))]] = True
    return held


def _columns(schema: pa.Schema) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=field.name,
            type=str(field.type),
            role="target"
            if field.name == TARGET
            else feature_role(field.type) or "key",
            nullable=True,
        )
        for field in schema
    )


def balanced(
    train: pa.Table, columns: tuple[Column, ...], strategy: str, seed: int
) -> pa.Table:
    """Balance to 1:1."""
    y = train.column(TARGET).to_numpy()
    rare, rest = (np.flatnonzero(y == code) for code in (1, 0))
    if strategy == "random_over":
        return train.take(pa.array(np.append(rest, np.resize(rare, len(rest)))))
    if strategy == "random_under":
        kept = np.random.default_rng(seed).permutation(rest)[: len(rare)]
        return train.take(pa.array(np.append(kept, rare)))
    donors = train.take(pa.array(rare))
    lot = smote.Lot(seed, 1)
    model = smote.prepare(donors, columns, lot, k=5, standardize=True)
    drawn = smote.draw(0, len(rest) - len(rare), model)
    return pa.concat_tables([train, smote.derive(model, *drawn)])


def verdicts(
    tables: Iterator[pa.Table], strategies: tuple[str, ...], evaluator: EvaluatorKind
) -> list[Verdict]:
    """Judge each table, with the strategies in turn."""
    evaluation = EvaluationConfig(evaluator=evaluator, trees=10, resamples=300)
    return [
        judged(table, strategies[seed % len(strategies)], seed, evaluation).verdict
        for seed, table in enumerate(tables)
    ]
