"""Laws of row hashes."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.selection import draws, hash_keys, hash_ordinals, uniform

SEEDS = st.integers(0, 2**63 - 1)


@given(seed=SEEDS, start=st.integers(0, 2**40), cut=st.integers(0, 50))
def test_chunks_of_draws_are_the_whole(seed: int, start: int, cut: int) -> None:
    whole = draws(seed, 1, start, start + 50)
    parts = [
        draws(seed, 1, start, start + cut),
        draws(seed, 1, start + cut, start + 50),
    ]
    assert np.array_equal(whole, np.concatenate(parts))


@given(seed=SEEDS, first=st.integers(0, 2**40))
def test_ordinals_never_tie(seed: int, first: int) -> None:
    assert len(np.unique(hash_ordinals(first, 5_000, seed))) == 5_000


def test_streams_and_seeds_differ() -> None:
    base = draws(0, 0, 0, 100)
    assert not np.intersect1d(base, draws(0, 1, 0, 100)).size
    assert not np.intersect1d(base, draws(1, 0, 0, 100)).size


def test_words_are_uniform() -> None:
    values = uniform(draws(11, 2, 0, 200_000))
    assert values.min() >= 0
    assert values.max() < 1
    counts, _ = np.histogram(values, 100, (0, 1))
    chi_square = float(((counts - 2_000) ** 2 / 2_000).sum())
    assert chi_square < 150  # 99 degrees of freedom: p about .0007


@given(keys=st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1), seed=SEEDS)
def test_a_key_hashes_alike_whatever_its_width_place_and_chunks(
    keys: list[int], seed: int
) -> None:
    narrow = pa.table({"k": pa.array(keys, pa.int32())})
    wide = pa.table({"k": pa.chunked_array([keys[:1], keys[1:]], pa.int64())})
    assert np.array_equal(
        hash_keys(narrow, ("k",), seed), hash_keys(wide, ("k",), seed)
    )
    turned = hash_keys(narrow.take(pa.array(range(len(keys)))[::-1]), ("k",), seed)
    assert np.array_equal(hash_keys(narrow, ("k",), seed), turned[::-1])


def test_the_parts_of_a_key_are_ordered() -> None:
    table = pa.table({"a": ["x", "y"], "b": ["y", "x"]})
    first, second = hash_keys(table, ("a", "b"), 0)
    assert first != second
