"""Spared rows are a fifth, whatever else is decided by their hashes."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.selection import (
    EVERYTHING,
    below,
    hash_ordinals,
    hash_places,
)
from tasks.algorithms.sparing import SHARE, mark, spared, spared_column

SEEDS = st.integers(0, 2**63 - 1)


@given(SEEDS, st.integers(0, 2**40), st.randoms(use_true_random=False))
def test_a_place_has_one_hash_in_any_order(seed: int, first: int, rng: Random) -> None:
    places = list(range(first, first + 50))
    rng.shuffle(places)
    found = hash_places(np.array(places), seed)
    ordered = hash_ordinals(first, 50, seed)
    assert (found == ordered[np.array(places) - first]).all()


def test_a_fifth_is_spared_on_either_side_of_a_split() -> None:
    hashes = hash_ordinals(0, 100_000, 3)
    held_out, found = below(hashes, EVERYTHING // 2), spared(hashes, SHARE)
    for side in (held_out, ~held_out):
        assert found[side].mean() == pytest.approx(0.2, abs=0.01)


def test_nothing_is_spared_below_a_limit_of_nothing() -> None:
    assert not spared(hash_ordinals(0, 1_000, 3), 0).any()


def test_the_mark_takes_no_name_that_is_there() -> None:
    table = pa.table({"evenkeel_spared": [1, 2]})
    marked = mark(table, np.array([True, False]))
    assert marked.column_names == ["evenkeel_spared", "evenkeel_spared_"]
    assert spared_column(table.schema) == "evenkeel_spared_"
    assert marked["evenkeel_spared_"].to_pylist() == [True, False]
