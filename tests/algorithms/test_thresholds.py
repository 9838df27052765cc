"""Laws of the exact thresholds."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms import thresholds as module
from tasks.algorithms.labels import Codes
from tasks.algorithms.selection import EVERYTHING, Hashes, below, hash_ordinals
from tasks.algorithms.thresholds import Scan, count_below, thresholds


def _scan(codes: Codes, hashes: Hashes, batch: int) -> Scan:
    def scan() -> Iterator[tuple[Codes, Hashes]]:
        for start in range(0, len(codes), batch):
            yield codes[start : start + batch], hashes[start : start + batch]

    return scan


@given(
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=6),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=3),
    seed=st.integers(0, 2**32),
    batch=st.integers(1, 500),
)
def test_exactly_rank_rows_lie_below_each_threshold(
    sizes: list[int], shares: list[float], seed: int, batch: int
) -> None:
    codes = np.repeat(np.arange(-1, len(sizes)), [7, *sizes]).astype(np.int32)
    codes = np.random.default_rng(seed).permutation(codes)
    hashes = hash_ordinals(0, len(codes), seed)
    ranks = [[round(share * size) for share in shares] for size in sizes]
    found = thresholds(_scan(codes, hashes, batch), sizes, ranks)
    for code, rows in enumerate(ranks):
        mine = hashes[codes == code]
        counts = [int(below(mine, t).sum()) for t in found[code]]
        assert counts == rows


@given(
    rows=st.integers(1, 400),
    more=st.integers(0, 400),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**32),
    batch=st.integers(1, 500),
)
def test_what_lies_below_a_fixed_limit_stays_there_as_rows_come(
    rows: int, more: int, share: float, seed: int, batch: int
) -> None:
    hashes, limit = hash_ordinals(0, rows + more, seed), int(share * EVERYTHING)

    def held_out(count: int) -> set[int]:
        scan = _scan(np.zeros(count, np.int32), hashes[:count], batch)
        [under] = count_below(scan(), 1, limit)
        assert under == sum(int(h) < limit for h in hashes[:count])
        [[threshold]] = thresholds(scan, [count], [[min(under, count - 1)]])
        return set(np.flatnonzero(below(hashes[:count], threshold)))

    assert held_out(rows) <= held_out(rows + more)


def test_rank_zero_and_all_need_no_pass() -> None:
    def scan() -> Iterator[tuple[Codes, Hashes]]:
        pytest.fail("nothing had to be looked for")

    assert thresholds(scan, [3, 1], [[0, 3], [1]]) == [[0, EVERYTHING], [EVERYTHING]]


def test_the_window_is_narrow_on_a_large_class() -> None:
    rows = 2_000_000
    window = module._window(0, rows // 5, rows)  # noqa: SLF001 - its size is the claim
    assert (window.high - window.low) / EVERYTHING * rows < rows / 100
    codes = np.zeros(rows, np.int32)
    hashes = hash_ordinals(0, rows, 3)
    [[found]] = thresholds(_scan(codes, hashes, 250_000), [rows], [[rows // 5]])
    assert int(below(hashes, found).sum()) == rows // 5


def test_a_missed_window_is_searched_again() -> None:
    """Hashes made to be far from uniform, as no hash is."""
    hashes = np.arange(1_000, dtype=np.uint64)
    codes = np.zeros(1_000, np.int32)
    assert thresholds(_scan(codes, hashes, 64), [1_000], [[300]]) == [[300]]


def test_rows_of_no_class_are_none_even_where_hashes_begin() -> None:
    hashes = np.arange(1_000, dtype=np.uint64)
    codes = np.where(hashes % 2 == 0, -1, 0).astype(np.int32)
    assert thresholds(_scan(codes, hashes, 64), [500], [[300]]) == [[601]]
