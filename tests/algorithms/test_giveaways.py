"""Columns that give the answer away are named; noise and honest columns are not."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.survey import Column
from tasks.algorithms.giveaways import FEWEST, LIMIT, giveaways
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.roles import feature_role
from tests.datasets import DATA, ROLES

ROWS = 2_000


def labels(rows: int = ROWS, share: float = 0.05) -> Codes:
    return (np.random.default_rng(0).random(rows) < share).astype(np.int32)


def found(
    features: dict[str, object], y: Codes, names: tuple[str, ...] = ("no", "yes")
) -> list[tuple[str, str | None]]:
    table = pa.table(features)
    return [
        (one.column, one.label) for one in giveaways(table, roles(table), y, names, 0)
    ]


def roles(table: pa.Table) -> list[Column]:
    return [
        Column(
            name=f.name,
            type=str(f.type),
            role=feature_role(f.type) or "ignore",
            nullable=True,
        )
        for f in table.schema
    ]


def leaks(y: Codes) -> dict[str, object]:
    """Make the ways in which a column may tell the target."""
    rng, rows = np.random.default_rng(1), len(y)
    order = np.argsort(y, kind="stable").argsort()
    prefix = np.where(y == 1, "fraud", "order")
    noise = rng.normal(size=rows)
    return {
        "copy": y,
        "text": np.where(y == 1, "yes", "no"),
        "turned": pa.array(y == 0),
        "codes": np.where(y == 1, 10 * rng.integers(0, 9, rows) + 3, 20),
        "sorted id": order + 1_000,
        "id": [
            f"{a}-{b:08x}" for a, b in zip(prefix, rng.permutation(rows), strict=True)
        ],
        "only known of yes": [
            v if one else None for v, one in zip(noise, y, strict=True)
        ],
        "reason": [
            None if one else f"r{v:.0f}" for v, one in zip(noise, y, strict=True)
        ],
    }


@pytest.mark.parametrize("name", leaks(labels()))
def test_a_column_that_tells_the_target_is_named(name: str) -> None:
    y = labels()
    honest = np.random.default_rng(2).normal(size=ROWS)
    assert found({"x": honest, name: leaks(y)[name]}, y) == [(name, None)]


@pytest.mark.parametrize("share", [0.05, 0.5])
@pytest.mark.parametrize("apart", [0.0, 1.0, 3.0])
def test_noise_and_strong_honest_columns_are_not(share: float, apart: float) -> None:
    """Two normal classes 3 deviations apart have a balanced accuracy of .93."""
    y, rng = labels(share=share), np.random.default_rng(3)
    features = {
        "number": rng.normal(size=ROWS) + apart * y,
        "rounded": (rng.normal(size=ROWS) + apart * y).round(),
        "id": rng.permutation(ROWS),
        "name": [f"{value:08x}" for value in rng.permutation(ROWS)],
        "city": [f"c{value}" for value in rng.integers(0, 50, ROWS)],
        "empty": pa.nulls(ROWS, pa.float64()),
        "same": ["a"] * ROWS,
    }
    assert found(features, y) == []


@pytest.mark.parametrize("name", [name for name in ROLES if name != "seed_toy"])
def test_no_column_of_the_real_tables_is_named(name: str) -> None:
    table, target = pq.read_table(DATA / f"{name}.parquet"), ROLES[name][0]
    table = table.filter(table.column(target).is_valid())
    told = [str(label) for label in table.column(target).unique().to_pylist()]
    y = encode(table.column(target), told)
    features = table.drop_columns([target])
    assert giveaways(features, roles(features), y, told, 0) == ()


def test_a_class_of_many_is_given_away_alone() -> None:
    y = np.random.default_rng(0).integers(0, 4, ROWS).astype(np.int32)
    features = {"died of": ["illness" if code == 2 else None for code in y], "copy": y}
    names = ("a", "b", "c", "d")
    assert found(features, y, names) == [("copy", None), ("died of", "c")]


def test_scores_are_of_rows_that_the_decision_has_not_seen() -> None:
    y = labels()
    flipped = np.random.default_rng(4).random(ROWS) < 1.5 * (1 - LIMIT)
    assert found({"nearly": np.where(flipped, 1 - y, y)}, y) == []


@pytest.mark.parametrize(("rows", "named"), [(FEWEST - 1, 0), (FEWEST, 1)])
def test_few_rows_prove_nothing(rows: int, named: int) -> None:
    y = np.zeros(ROWS, np.int32)
    y[:rows] = 1
    assert len(found({"copy": y}, y)) == named


@pytest.mark.parametrize("rows", [0, 1, 2, 50])
@pytest.mark.parametrize("classes", [1, 2])
def test_one_class_or_a_few_rows_are_no_choice(rows: int, classes: int) -> None:
    y = np.minimum(np.arange(rows), classes - 1).astype(np.int32)[::-1]
    y[1:] = 0
    assert found({"x": y, "c": y.astype(str)}, y) == []


def test_the_same_seed_chooses_the_same_rows() -> None:
    y = labels(30_000)
    table = pa.table({"copy": np.where(np.arange(30_000) % 300 == 0, 1 - y, y)})
    one, same, other = (
        giveaways(table, roles(table), y, ("no", "yes"), seed) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
