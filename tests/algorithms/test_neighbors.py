"""No other row is nearer than those found; the vote goes to the commonest category."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTENC
from sklearn.neighbors import NearestNeighbors

from schemas.config import BalanceConfig
from tasks.algorithms import arrays
from tasks.algorithms import columns as column_roles
from tasks.algorithms.arrays import Means
from tasks.algorithms.distances import Positions
from tasks.algorithms.neighbors import SIZES, Sizes, majority, nearest
from tasks.algorithms.search_space import SearchSpace, search_space

DATA = Path(__file__).parents[1] / "data"
WAYS = (
    SIZES,
    Sizes(rare=0, share=10**9),  # all levels are common
    Sizes(rare=3, share=10**9),  # some are
)


@st.composite
def spaces(draw: st.DrawFn) -> SearchSpace:
    """Points on a coarse grid, so that ties and duplicates abound."""
    rows = draw(st.integers(2, 25))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    numbers = random.integers(0, 4, (rows, draw(st.integers(0, 3)))) / 2
    codes = {
        str(place): random.integers(0, 3, rows).astype(np.int32)
        for place in range(draw(st.integers(0, 3)))
    }
    return SearchSpace(numbers, codes, draw(st.sampled_from([0.5, 1.0, 3.0])))


def slow_distance(space: SearchSpace, one: int, other: int) -> float:
    gaps = space.numbers[one] - space.numbers[other]
    differing = sum(codes[one] != codes[other] for codes in space.codes.values())
    return float(sum(gaps**2) + space.weight**2 * differing)


def slow_reach(space: SearchSpace, k: int) -> list[list[float]]:
    """Measure the k nearest others of every row, one pair at a time."""
    rows = range(len(space.numbers))
    return [
        sorted(slow_distance(space, row, other) for other in rows if other != row)[:k]
        for row in rows
    ]


@given(spaces(), st.sampled_from(WAYS), st.data())
def test_no_other_row_is_nearer(
    space: SearchSpace, sizes: Sizes, data: st.DataObject
) -> None:
    size = len(space.numbers)
    if not space.codes and not space.numbers.shape[1]:
        return
    k = data.draw(st.integers(1, size - 1))
    found, _, recall = nearest(space, k, sizes=sizes)
    assert recall == 1
    assert found.shape == (size, k)
    assert not (found == np.arange(size)[:, np.newaxis]).any()
    assert all(len({*line}) == k for line in found.tolist())
    reached = [
        [slow_distance(space, row, other) for other in line]
        for row, line in enumerate(found.tolist())
    ]
    assert reached == slow_reach(space, k)


@given(st.integers(0, 2**32), st.integers(2, 20), st.integers(7, 60))
def test_numbers_alone_are_searched_by_scikit_learn(
    seed: int, width: int, rows: int
) -> None:
    points = np.random.default_rng(seed).normal(size=(rows, width))
    oracle = NearestNeighbors(n_neighbors=6).fit(points)
    expected = oracle.kneighbors(points, return_distance=False)[:, 1:]
    found = nearest(SearchSpace(points, {}, 1.0), 5).found
    assert np.array_equal(found, expected)


def test_mixed_distances_are_those_of_smotenc() -> None:
    random = np.random.default_rng(3)
    numbers = random.normal(size=(80, 3)) * [1, 5, 20]
    codes = random.integers(0, 4, (80, 2))
    labels = np.repeat([0, 1], [50, 30])
    oracle = SMOTENC([3, 4], random_state=0)
    oracle.fit_resample(np.hstack([numbers, codes]), labels)
    minority = labels == 1
    expected, _ = oracle.nn_k_.kneighbors(n_neighbors=5)
    deviation = float(np.median(numbers[minority].std(axis=0)))
    columns = dict(zip("ab", codes[minority].astype(np.int32).T, strict=True))
    space = SearchSpace(numbers[minority], columns, deviation)
    found = [
        [slow_distance(space, row, other) ** 0.5 for other in line]
        for row, line in enumerate(nearest(space, 5).found.tolist())
    ]
    assert np.array(found) == pytest.approx(expected)


def points_of(kind: str, rows: int = 3_000) -> SearchSpace:
    """Make points that a search among lists may find hard."""
    random = np.random.default_rng(1)
    normal = random.normal(size=(rows, 20))
    half = rows // 2
    points = {
        "clustered": normal + 9 * random.normal(size=(30, 20))[np.arange(rows) % 30],
        "heavy tails": random.standard_cauchy((rows, 20)),
        "far away": normal * 1e-3 + 1e6,
        "constant columns": normal * (np.arange(20) < 3),
        "one point": np.ones((rows, 20)),
        "ties": random.integers(0, 2, (rows, 20)).astype(float),
        "every row twice": np.vstack([normal[:half], normal[:half]]),
    }.get(kind, normal)
    if kind != "mixed":
        return SearchSpace(points, {}, 1.0)
    levels = {
        name: np.minimum(random.geometric(0.1, rows), most).astype(np.int32)
        for name, most in (("few", 4), ("many", 99))
    }
    return SearchSpace(points, levels, 1.0)


KINDS = (
    "normal",
    "clustered",
    "heavy tails",
    "far away",
    "constant columns",
    "one point",
    "ties",
    "every row twice",
    "mixed",
)
ROUGHLY = Sizes(exact=100, rare=40, share=10**9)


def true_recall(space: SearchSpace, found: Positions) -> float:
    """Compare with all pairs: who is as near as the k-th neighbour counts."""
    levels = [
        codes[:, np.newaxis] == np.unique(codes) for codes in space.codes.values()
    ]
    points = np.hstack(
        [space.numbers, *(one * space.weight / 2**0.5 for one in levels)]
    )
    oracle = NearestNeighbors(n_neighbors=found.shape[1], algorithm="brute").fit(points)
    reach = oracle.kneighbors()[0][:, -1:]
    gaps = np.linalg.norm(points[found] - points[:, np.newaxis], axis=2)
    # scikit-learn multiplies out the squares, which is worth half the digits.
    scale = np.abs(points).max()
    return float((gaps <= reach + 1e-7 * scale).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_an_approximate_search_finds_nearly_all(kind: str) -> None:
    space = points_of(kind)
    found, method, recall = nearest(space, 5, sizes=ROUGHLY)
    assert "faiss" in method or kind == "one point"
    assert not (found == np.arange(len(found))[:, np.newaxis]).any()
    assert all(len({*line}) == 5 for line in found.tolist())
    assert recall >= 0.97
    assert true_recall(space, found) >= 0.95


def test_all_pairs_are_compared_where_single_precision_fails() -> None:
    numbers = points_of("normal").numbers
    numbers[::2] += 1e12
    space = SearchSpace(numbers, {}, 1.0)
    found, method, recall = nearest(space, 5, sizes=ROUGHLY)
    assert "exact" in method
    assert recall == 1
    assert np.array_equal(found, nearest(space, 5).found)


@pytest.mark.parametrize(
    ("name", "target"), [("adult", "income"), ("bank_marketing", "y")]
)
def test_an_approximate_search_finds_nearly_all_of_real_rows(
    name: str, target: str
) -> None:
    table = pq.read_table(DATA / f"{name}.parquet").slice(0, 4_000)
    columns = column_roles.assign(
        table.schema, BalanceConfig(source=name, target=target)
    )
    space = search_space(table, columns, standardize=True)
    found, method, recall = nearest(space, 5, sizes=ROUGHLY)
    assert "faiss" in method
    assert recall >= 0.97
    assert true_recall(space, found) >= 0.95


@pytest.mark.parametrize("sizes", [SIZES, ROUGHLY])
@pytest.mark.parametrize("kind", ["normal", "ties", "every row twice", "mixed"])
def test_the_number_of_threads_changes_nothing(kind: str, sizes: Sizes) -> None:
    space = points_of(kind)
    one, two, seven = (
        nearest(space, 5, sizes=sizes, means=Means(threads)) for threads in (1, 2, 7)
    )
    assert one.found.tobytes() == two.found.tobytes() == seven.found.tobytes()
    assert one[1:] == two[1:] == seven[1:]


@pytest.mark.parametrize("sizes", [SIZES, ROUGHLY])
@pytest.mark.parametrize("kind", KINDS)
def test_points_in_files_and_in_small_blocks_have_the_same_neighbours(
    kind: str, sizes: Sizes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = points_of(kind)
    whole = nearest(space, 5, sizes=sizes)
    monkeypatch.setattr(arrays, "BLOCK", 5_000)
    made: list[np.ndarray] = []

    def empty(shape: tuple[int, ...], dtype: npt.DTypeLike, /) -> np.ndarray:
        file = tmp_path / f"{len(made)}"
        made.append(np.memmap(file, dtype, "w+", shape=shape))
        return made[-1]

    parts = nearest(space, 5, sizes=sizes, means=Means(empty=empty))
    assert parts.found.tobytes() == whole.found.tobytes()
    assert parts[1:] == whole[1:]
    assert parts.found is made[-1]


DIGEST = """
import hashlib
from tasks.algorithms.neighbors import SIZES, nearest
from tests.algorithms.test_neighbors import ROUGHLY, points_of
space = points_of("ties", 9_000)
found = b"".join(nearest(space, 5, sizes=s).found.tobytes() for s in (SIZES, ROUGHLY))
print(hashlib.sha256(found).hexdigest())
"""


def test_the_number_of_cores_changes_nothing() -> None:
    """OpenMP and BLAS would share the work among as many threads, and ties with it."""
    digests = {
        subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "OMP_NUM_THREADS": cores, "OPENBLAS_NUM_THREADS": cores},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for cores in ("1", "2", "7")
    }
    assert len(digests) == 1


@given(st.data())
def test_categories_that_no_other_beats_are_marked(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 12))
    codes = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    rows = data.draw(st.lists(st.integers(0, size - 1), min_size=1))
    k = data.draw(st.integers(1, size - 1))
    around: list[list[int]] = [
        data.draw(st.permutations([*{*range(size)} - {row}]))[:k] for row in rows
    ]
    marks = majority(np.array(codes, np.int32), np.array(around))
    votes = [Counter(codes[other] for other in line) for line in around]
    assert marks.tolist() == [
        [count[codes[other]] == max(count.values()) for other in line]
        for count, line in zip(votes, around, strict=True)
    ]
