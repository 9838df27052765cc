"""Copies are told from new rows, and strays from those among their own."""

import numpy as np
import pyarrow as pa
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from schemas.findings import Memorisation
from tasks.algorithms import memorisation as module
from tasks.algorithms.memorisation import Rows, memorisation
from tests.algorithms.mixed import roles

WIDTH = 4


def normal(seed: int, rows: int, middle: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(middle, 1, (rows, WIDTH))


def table(numbers: np.ndarray, town: str = "a") -> pa.Table:
    columns = {f"x{place}": column for place, column in enumerate(numbers.T)}
    return pa.table({**columns, "town": [town] * len(numbers)})


def measured(
    synthetic: pa.Table, real: pa.Table, others: pa.Table, seed: int = 0
) -> Memorisation:
    rows = Rows(synthetic, real, real, others)
    columns = roles(real.schema)
    return memorisation("yes", rows, columns, seed, standardize=True)


FAR = table(normal(9, 300, 50.0))


def test_rows_of_the_same_kind_are_like_real_ones() -> None:
    found = measured(
        table(normal(1, 900)), table(normal(2, 900)), table(normal(3, 900))
    )
    assert found.copies == 0
    assert found.closer == pytest.approx(0.5, abs=0.06)
    assert found.to_real == pytest.approx(found.between_real, rel=0.1)
    assert found.astray == pytest.approx(0.5, abs=0.06)
    assert found.astray_real == pytest.approx(0.5, abs=0.06)


def test_copies_are_counted_and_lie_at_no_distance() -> None:
    real = table(normal(1, 200))
    found = measured(real.slice(0, 50), real, FAR)
    assert (found.synthetic, found.real, found.copies) == (50, 200, 50)
    assert (found.to_real, found.closer) == (0, 1)
    assert (found.astray, found.astray_real) == (0, 0)


def test_a_tie_counts_half() -> None:
    twice = table(np.repeat(normal(1, 50), 2, axis=0))
    found = measured(twice.slice(0, 30), twice, FAR)
    assert (found.to_real, found.between_real, found.closer) == (0, 0, 0.5)


def test_smote_lies_closer_to_real_rows_than_they_do_to_each_other() -> None:
    real = normal(1, 100)
    x = np.concatenate([real, normal(2, 600, 3.0)])
    y = np.repeat([1, 0], [100, 600])
    made = SMOTE(random_state=0).fit_resample(x, y)[0][700:]
    found = measured(table(made), table(real), table(x[100:]))
    assert found.copies == 0
    assert found.closer > 0.8
    assert found.to_real < found.between_real / 1.5


def test_rows_among_others_are_astray() -> None:
    found = measured(table(normal(1, 90, 50.0)), table(normal(2, 90)), FAR)
    assert (found.astray, found.astray_real) == (1, 0)


def test_distances_are_those_of_scikit_learn() -> None:
    real, made = normal(1, 300), normal(2, 80)
    scaled = StandardScaler().fit_transform(np.concatenate([real, made]))
    tree = NearestNeighbors(n_neighbors=2).fit(scaled[:300])
    to_real = tree.kneighbors(scaled[300:])[0][:, 0]
    between = tree.kneighbors(scaled[:300])[0][:, 1]
    found = measured(table(made), table(real), FAR)
    assert found.to_real == pytest.approx(np.median(to_real))
    assert found.between_real == pytest.approx(np.median(between))
    assert found.closer == np.mean(to_real < np.median(between))


def test_a_differing_category_and_a_missing_number_count_as_in_the_search() -> None:
    real = table(normal(1, 100))
    moved = real.set_column(WIDTH, "town", pa.array(["b"] * 100))
    found = measured(moved, real, FAR)
    assert (found.copies, found.to_real) == (0, 1)
    gaps = real.set_column(0, "x0", pa.nulls(100, pa.float64()))
    assert measured(gaps, gaps, FAR).copies == 100


def test_samples_bound_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measured(
        table(normal(1, 900)), table(normal(2, 900)), table(normal(3, 900))
    )
    monkeypatch.setattr(module, "LOOKED_AT", 300)
    monkeypatch.setattr(module, "AMONG", 600)
    monkeypatch.setattr(module, "_CELLS", 1_000)
    tables = table(normal(1, 900)), table(normal(2, 900)), table(normal(3, 900))
    one, same, other = (measured(*tables, seed) for seed in (1, 1, 2))
    assert (one.synthetic, one.real) == (300, 600)
    assert one == same
    assert one != other
    assert one.closer == pytest.approx(whole.closer, abs=0.12)


def test_of_a_wide_table_fewer_rows_are_looked_at() -> None:
    wide = pa.table({f"x{place}": np.arange(300.0) for place in range(150)})
    assert measured(wide, wide, wide).synthetic == 20_000 // 150


def test_alone_nothing_strays() -> None:
    real = table(normal(1, 20))
    found = measured(real.slice(0, 5), real, real.slice(0, 0))
    assert (found.astray, found.astray_real) == (0, 0)
