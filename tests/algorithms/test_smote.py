"""Synthetic rows have parents, lie between them and can be made again by anyone."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE

from schemas.config import BalanceConfig
from schemas.survey import Column
from tasks.algorithms import columns as column_roles
from tasks.algorithms.kinship import search
from tasks.algorithms.smote import (
    Drawn,
    Lot,
    Model,
    derive,
    draw,
    prepare,
    rederive,
)
from tests.algorithms.mixed import Donors, donors, is_between, roles, same

DATA = Path(__file__).parents[1] / "data"
SEEDS = st.integers(0, 2**63 - 1)


LOTS = st.builds(Lot, SEEDS, st.integers(0, 9))
LOT = Lot(0, 0)


def make(made: Donors, data: st.DataObject) -> Model:
    table, columns = made
    k = data.draw(st.integers(1, table.num_rows - 1))
    lot, standardize = data.draw(LOTS), data.draw(st.booleans())
    return prepare(table, columns, lot, k=k, standardize=standardize)


def check_rows(model: Model, drawn: Drawn) -> pa.Table:
    """Hold synthetic rows against their parents, column by column."""
    rows = derive(model, *drawn)
    rows.validate(full=True)
    assert rows.schema.equals(model.donors.schema, check_metadata=True)
    assert rows.num_rows == len(drawn.lam)
    for column in model.columns:
        check_column(model, drawn, column, rows.column(column.name).to_pylist())
    return rows


def check_column(
    model: Model, drawn: Drawn, column: Column, made: list[object]
) -> None:
    donated = model.donors.column(column.name).to_pylist()
    parents = [donated[place] for place in drawn.parents]
    neighbours = [donated[place] for place in drawn.neighbours]
    match column.role:
        case "key" | "ignore":
            assert made == [None] * len(made)
        case "target" | "weight":
            assert made == parents
        case "categorical":
            around = [[donated[n] for n in line] for line in model.found.neighbours]
            lines = [around[place] for place in drawn.parents]
            assert made == list(map(vote, neighbours, lines))
        case "numeric" | "temporal":
            triples = zip(made, parents, neighbours, strict=True)
            assert all(is_between(*triple) for triple in triples)


def vote(partner: object, around: list[object]) -> object:
    """Count slowly: the most frequent, among ties the partner's, then the nearest's."""
    votes = Counter(around)
    best = [value for value in around if votes[value] == max(votes.values())]
    return partner if partner in best else best[0]


@settings(deadline=None, max_examples=40)
@given(donors(), st.data())
def test_rows_obey_their_parents(made: Donors, data: st.DataObject) -> None:
    model = make(made, data)
    rows = data.draw(st.integers(0, 30))
    check_rows(model, draw(0, rows, model))


@settings(deadline=None, max_examples=40)
@given(donors(), st.data(), LOTS)
def test_rows_can_be_made_again_without_the_model(
    made: Donors, data: st.DataObject, lot: Lot
) -> None:
    table, columns = made
    k = data.draw(st.integers(1, table.num_rows - 1))
    for standardize in (True, False):
        model = prepare(table, columns, lot, k=k, standardize=standardize)
        drawn = draw(0, 9, model)
        again = rederive(table, columns, drawn, model.found.neighbours[drawn.parents])
        assert same(derive(model, *drawn), again)


def test_rows_of_one_donor_share_the_categories_that_tie() -> None:
    table = pa.table({"x": [0.0, 1, 2, 3, 4, 99], "c": list("zaabbc")})
    model = prepare(table, roles(table.schema), LOT, k=5, standardize=False)
    partners = np.array([1, 2, 3, 4, 5])
    rows = derive(model, np.zeros(5, np.int64), partners, np.zeros(5))
    assert rows.column("c").to_pylist() == list("aabba")


@settings(deadline=None, max_examples=40)
@given(donors(), st.data())
def test_chunks_put_together_are_the_whole(made: Donors, data: st.DataObject) -> None:
    model = make(made, data)
    cuts = sorted(data.draw(st.lists(st.integers(0, 40), max_size=4)))
    edges = [0, *cuts, 40]
    parts = [draw(*edge, model) for edge in pairwise(edges)]
    whole = draw(0, 40, model)
    for one, many in zip(whole, zip(*parts, strict=True), strict=True):
        assert np.array_equal(one, np.concatenate(many))
    tables = pa.concat_tables([derive(model, *part) for part in parts])
    assert same(tables, derive(model, *whole))


@settings(deadline=None, max_examples=40)
@given(donors(), st.data(), st.integers(0, 200))
def test_donors_are_parents_equally_often(
    made: Donors, data: st.DataObject, rows: int
) -> None:
    model = make(made, data)
    drawn = draw(0, rows, model)
    uses = np.bincount(drawn.parents, minlength=model.donors.num_rows)
    assert np.ptp(uses) <= 1
    around = model.found.neighbours[drawn.parents]
    assert (around == drawn.neighbours[:, np.newaxis]).any(axis=1).all()


def grid(rows: int, lot: Lot = LOT) -> Model:
    table = pa.table({"x": [float(place) for place in range(rows)]})
    return prepare(table, roles(table.schema), lot, k=4, standardize=True)


def test_neighbours_and_shares_are_drawn_evenly() -> None:
    model = grid(50, Lot(7, 3))
    drawn = draw(0, 100_000, model)
    places = (
        model.found.neighbours[drawn.parents] == drawn.neighbours[:, None]
    ).argmax(1)
    assert np.bincount(places) / len(places) == pytest.approx([0.25] * 4, abs=0.01)
    shares, _ = np.histogram(drawn.lam, 10, (0, 1))
    assert shares / len(places) == pytest.approx([0.1] * 10, abs=0.01)
    assert abs(np.corrcoef(places, drawn.lam)[0, 1]) < 0.02


def test_classes_and_seeds_are_drawn_apart() -> None:
    lots = [Lot(seed, code) for seed in (1, 2) for code in (0, 1)]
    plays = [draw(0, 50, grid(50, lot)) for lot in lots]
    for part in range(3):
        assert len({tuple(play[part].tolist()) for play in plays}) == len(plays)


def oracle_rows(
    points: np.ndarray, labels: np.ndarray, seed: int, k: int
) -> np.ndarray:
    """Make ten rows of every class with imbalanced-learn."""
    counts = {label: int((labels == label).sum()) + 10 for label in np.unique(labels)}
    sampler = SMOTE(sampling_strategy=counts, random_state=seed, k_neighbors=k)
    made, _ = sampler.fit_resample(points, labels)
    return np.asarray(made[len(points) :])


def oracle_draws(model: Model, seed: int) -> Drawn:
    """Draw as imbalanced-learn draws: a pair of parent and neighbour, then a share."""
    random = np.random.RandomState(seed)
    pairs = random.randint(0, model.found.neighbours.size, 10)
    lam = random.uniform(size=10)
    parents, places = np.divmod(pairs, model.found.neighbours.shape[1])
    return Drawn(parents, model.found.neighbours[parents, places], lam)


def our_rows(points: np.ndarray, seed: int, k: int) -> np.ndarray:
    """Make ten rows of one class from imbalanced-learn's draws."""
    names = [f"x{place}" for place in range(points.shape[1])]
    table = pa.table(list(points.T), names)
    model = prepare(table, roles(table.schema), LOT, k=k, standardize=False)
    rows = derive(model, *oracle_draws(model, seed))
    return np.column_stack([column.to_numpy() for column in rows.columns])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.sampled_from([1, 3, 9]))
def test_rows_equal_those_of_imbalanced_learn_bit_for_bit(
    seed: int, width: int, k: int
) -> None:
    random = np.random.default_rng(seed)
    fine = random.normal(size=(60, width)) * 10.0 ** random.integers(-3, 4, width)
    coarse = random.permutation(np.indices((4, 4, 4), float).reshape(3, -1).T)[:60]
    labels = random.permutation(np.arange(60) % 3)
    for points in (fine, coarse):  # ties of distance, but no row twice
        ours = [our_rows(points[labels == label], seed, k) for label in range(3)]
        expected = oracle_rows(points, labels, seed, k)
        assert np.vstack(ours).tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("name", "target", "kinds"),
    [
        ("hypothyroid", "Class", {"numeric", "categorical"}),
        ("horse_colic", "outcome", {"numeric", "categorical"}),
        ("adult", "income", {"numeric", "categorical"}),
        ("abalone", "Rings", {"numeric", "categorical"}),
        ("glass", "Type", {"numeric"}),
    ],
)
def test_real_rows_obey_their_parents(name: str, target: str, kinds: set[str]) -> None:
    table = pq.read_table(DATA / f"{name}.parquet")
    config = BalanceConfig(source=name, target=target)
    columns = column_roles.assign(table.schema, config)
    assert {column.role for column in columns} == {*kinds, "target"}
    counts = Counter(table.column(target).drop_null().to_pylist())
    label = min((c for c in counts if counts[c] > 5), key=counts.__getitem__)
    chosen = table.filter(pc.equal(table.column(target), label)).slice(0, 2_000)
    model = prepare(chosen, columns, LOT, k=5, standardize=True)
    check_rows(model, draw(0, 500, model))


def test_two_rows_are_each_others_neighbours() -> None:
    table = pa.table({"x": [1, 9], "c": ["a", "b"]})
    model = prepare(table, roles(table.schema), LOT, k=1, standardize=True)
    assert model.found.neighbours.tolist() == [[1], [0]]
    assert derive(model, *draw(0, 2, model)).num_rows == 2


def test_duplicates_and_empty_columns_make_duplicates() -> None:
    table = pa.table({"x": [1.5] * 4, "e": pa.nulls(4, pa.int64()), "c": ["a"] * 4})
    model = prepare(table, roles(table.schema), LOT, k=3, standardize=True)
    assert same(derive(model, *draw(0, 4, model)), table)


@pytest.mark.parametrize(("rows", "k"), [(0, 1), (1, 1), (3, 3), (3, 0)])
def test_more_neighbours_than_rows_are_refused(rows: int, k: int) -> None:
    table = pa.table({"x": [1.0] * rows})
    with pytest.raises(ValueError, match="k must be in"):
        search(table, roles(table.schema), k=k, standardize=True)
