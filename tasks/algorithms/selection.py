"""Keyed row hashes and the thresholds that split and undersample.

Which rows there are, and how many each class gets, is decided in counts and plan.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

EVERYTHING = 2**64
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_KEY = "evenkeel-row-key"  # pandas wants 16 bytes: the key of its SipHash


def splitmix64(values: Hashes) -> Hashes:
    """Mix 64-bit integers; a bijection, so that distinct rows never tie.

    Args:
        values: Any shape, uint64.

    Returns:
        Mixed values of the same shape.

    Source: Steele, Lea and Flood (2014), https://doi.org/10.1145/2714064.2660195

    >>> hex(splitmix64(np.array([0], np.uint64))[0])
    '0xe220a8397b1dcdaf'
    """
    mixed: Hashes = values + _GOLDEN
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def draws(seed: int, stream: int, start: int, stop: int) -> Hashes:
    """Draw random words by counter, so that any chunk can be drawn by itself.

    Args:
        seed: The run's seed, 0 <= seed < 2**63.
        stream: Which sequence; distinct streams are independent.
        start: First counter.
        stop: One past the last counter.

    Returns:
        uint64 of shape (stop - start,), uniform.
    """
    return draws_at(seed, stream, np.arange(start, stop, dtype=np.uint64))


def draws_at(seed: int, stream: int, counters: Hashes) -> Hashes:
    """Draw the random words of some counters, in any order; else as ``draws``."""
    return _keyed(counters, seed, stream)


def uniform(words: Hashes) -> npt.NDArray[np.float64]:
    """Turn random words into floats in [0, 1) with 53 random bits."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def hash_ordinals(first: int, rows: int, seed: int) -> Hashes:
    """Hash rows by their place in the sorted list of files.

    Args:
        first: Ordinal of the first row, from 0.
        rows: Number of rows.
        seed: The run's seed.

    Returns:
        uint64 of shape (rows,), all distinct.
    """
    return draws(seed, 0, first, first + rows)


def hash_places(ordinals: npt.NDArray[np.int64], seed: int) -> Hashes:
    """Hash rows by their places, in any order, as hash_ordinals does."""
    return _keyed(ordinals.astype(np.uint64), seed, 0)


def hash_keys(
    table: pa.Table | pa.RecordBatch, key: tuple[str, ...], seed: int
) -> Hashes:
    """Hash rows by their key, whatever their place and the width of their types.

    Args:
        table: Holds the key columns; no nulls in them.
        key: Names of the key columns, one or more.
        seed: The run's seed.

    Returns:
        uint64 of shape (rows,); equal keys have equal hashes.
    """
    from pandas.util import hash_array  # noqa: PLC0415 - slow to import

    hashes = np.zeros(table.num_rows, np.uint64)
    for name in key:
        text = pc.cast(table.column(name), pa.large_string()).to_numpy(
            zero_copy_only=False
        )
        words = hash_array(text, hash_key=_KEY, categorize=False)
        hashes = splitmix64(hashes ^ words)
    return _keyed(hashes, seed, 0)


def below(hashes: Hashes, threshold: int) -> npt.NDArray[np.bool_]:
    """Compare hashes with a threshold in 0..2**64, which uint64 alone cannot hold.

    >>> below(np.array([0, 5], np.uint64), 5).tolist()
    [True, False]
    >>> below(np.array([2**64 - 1], np.uint64), EVERYTHING).tolist()
    [True]
    """
    if threshold >= EVERYTHING:
        return np.ones(hashes.shape, np.bool_)
    return hashes < np.uint64(threshold)


def _keyed(values: Hashes, seed: int, stream: int) -> Hashes:
    key = splitmix64(np.array([seed], np.uint64)) ^ np.uint64(stream)
    return splitmix64(splitmix64(key) ^ values)
