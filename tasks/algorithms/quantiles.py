"""The exact rank of numbers of any distribution, from a stream, in little memory.

Row hashes are uniform, which thresholds makes use of; times are not.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from tasks.algorithms.selection import Hashes

_BITS, _WIDTH = 16, 64


class Ranked(NamedTuple):
    """A number, and where equal ones stand when all are sorted."""

    value: int
    below: int
    """How many numbers are less."""
    upto: int
    """How many are no more than it."""


def at_rank(scan: Callable[[], Iterable[Hashes]], rank: int) -> Ranked:
    """Find the number of a rank digit by digit, in four passes.

    Args:
        scan: Streams all numbers, anew at each call.
        rank: From 0 for the least, below the count of the numbers.

    Returns:
        The number that has below <= rank < upto.

    >>> at_rank(lambda: [np.array([7, 5, 7, 9], np.uint64)], 2)
    Ranked(value=7, below=1, upto=3)
    """
    found = Ranked(0, 0, 0)
    for shift in range(_WIDTH - _BITS, -1, -_BITS):
        found = _next_digit(scan(), rank, found, shift)
    return found


def _next_digit(
    numbers: Iterable[Hashes], rank: int, found: Ranked, shift: int
) -> Ranked:
    """Count the numbers that begin with the digits found by their next digit."""
    counts = np.zeros(2**_BITS, np.int64)
    for batch in numbers:
        digits = batch >> np.uint64(shift)
        like = digits[digits >> np.uint64(_BITS) == np.uint64(found.value)]
        last = (like & np.uint64(2**_BITS - 1)).astype(np.intp)
        counts += np.bincount(last, minlength=2**_BITS)
    ends = found.below + np.cumsum(counts)
    digit = int(np.searchsorted(ends, rank, side="right"))
    upto = int(ends[digit])
    return Ranked(found.value << _BITS | digit, upto - int(counts[digit]), upto)


def nearest_gap(found: Ranked, rank: int, count: int) -> int | None:
    """Cut between different numbers, as near to a rank as can be.

    Args:
        found: At the rank.
        rank: How many numbers should lie below the cut.
        count: How many numbers there are.

    Returns:
        A limit that one number or more lie below, and not all; None if all are equal.

    >>> nearest_gap(Ranked(7, 1, 3), 2, 4), nearest_gap(Ranked(7, 0, 3), 1, 4)
    (7, 8)
    """
    before, after = rank - found.below, found.upto - rank
    if found.below and (before <= after or found.upto == count):
        return found.value
    return found.value + 1 if found.upto < count else None
