"""Exact order statistics of row hashes, from a stream, holding a narrow window only.

How many rows each class gets is decided in plan; the hashes are made in selection.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.algorithms.labels import Codes
from tasks.algorithms.selection import EVERYTHING, Hashes

Scan = Callable[[], Iterable[tuple[Codes, Hashes]]]

_DEVIATIONS = 8  # a window this wide is missed about once in 10**15 runs


@dataclass(frozen=True)
class _Wanted:
    """The hash of a rank is looked for within [low, high]; both ends belong to it."""

    code: int
    rank: int
    low: int
    high: int


def thresholds(
    scan: Scan, counts: Sequence[int], ranks: Sequence[Sequence[int]]
) -> list[list[int]]:
    """Find, for each class and rank r, the threshold that r rows' hashes lie below.

    Args:
        scan: Streams (codes, hashes) of all rows, anew at each call; code -1
            belongs to no class. Hashes within a class are distinct.
        counts: Rows of each class.
        ranks: For each class, ranks in 0..rows.

    Returns:
        Thresholds in 0..2**64 in the shape of ranks; rank 0 gives 0 and a rank equal
        to the rows of the class gives 2**64.
    """
    found: dict[tuple[int, int], int] = {}
    wanted = [
        _window(code, rank, rows)
        for code, rows in enumerate(counts)
        for rank in sorted(set(ranks[code]))
        if 0 < rank < rows
    ]
    while wanted:
        found |= _search(scan, wanted, len(counts))
        missed = [w for w in wanted if (w.code, w.rank) not in found]
        wanted = [_Wanted(w.code, w.rank, 0, EVERYTHING - 1) for w in missed]
    return [
        [_threshold(found, code, rank, rows) for rank in ranks[code]]
        for code, rows in enumerate(counts)
    ]


def count_below(
    rows: Iterable[tuple[Codes, Hashes]], classes: int, limit: int
) -> list[int]:
    """Count the rows of each class whose hashes lie below a limit.

    Args:
        rows: Codes and hashes of all rows, in batches; codes below 0 belong to none.
        classes: How many there are.
        limit: In 0..2**64 - 1.

    Returns:
        The rows, in the order of the codes.
    """
    counted: npt.NDArray[np.int64] = np.zeros(classes, np.int64)
    for codes, hashes in rows:
        under = (codes >= 0) & (hashes < np.uint64(limit))
        counted += np.bincount(codes[under], minlength=classes)
    found: list[int] = counted.tolist()
    return found


def _threshold(
    found: dict[tuple[int, int], int], code: int, rank: int, rows: int
) -> int:
    if rank == 0:
        return 0
    return EVERYTHING if rank == rows else found[code, rank]


def _window(code: int, rank: int, rows: int) -> _Wanted:
    """Hashes are uniform, so the rank's hash lies near rank / rows of their range."""
    share = rank / rows
    spread = _DEVIATIONS * ((share * (1 - share) * rows) ** 0.5 + 2) / rows
    low = max(0, int((share - spread) * EVERYTHING))
    high = min(EVERYTHING - 1, int((share + spread) * EVERYTHING))
    return _Wanted(code, rank, low, high)


def _search(
    scan: Scan, wanted: Sequence[_Wanted], classes: int
) -> dict[tuple[int, int], int]:
    """Count below each window and gather what lies inside it, in one pass."""
    layers = _layers(wanted, classes)
    for codes, hashes in scan():
        looked_up = codes.astype(np.intp)  # once, and not for each lookup
        for layer in layers:
            layer.add(looked_up, hashes)
    return {place: value for layer in layers for place, value in layer.found()}


def _layers(wanted: Sequence[_Wanted], classes: int) -> list["_Layer"]:
    """Group the windows so that each group has at most one for each class."""
    by_code: dict[int, list[_Wanted]] = {}
    for item in wanted:
        by_code.setdefault(item.code, []).append(item)
    depth = max(map(len, by_code.values()))
    return [
        _Layer([one[level] for one in by_code.values() if level < len(one)], classes)
        for level in range(depth)
    ]


class _Layer:
    """One window for each of some classes, looked up by code and not in a loop."""

    def __init__(self, wanted: Sequence[_Wanted], classes: int) -> None:
        self.wanted = wanted
        # Rows of other classes, and of none, have a window that nothing lies below.
        # What lies in it, a hash of 0, is gathered last and never looked at.
        self.place = np.full(classes + 1, len(wanted))  # the last is that of code -1
        self.place[[w.code for w in wanted]] = np.arange(len(wanted))
        self.low = np.array([*(w.low for w in wanted), 0], np.uint64)
        self.high = np.array([*(w.high for w in wanted), 0], np.uint64)
        self.below: npt.NDArray[np.int64] = np.zeros(len(wanted), np.int64)
        self.inside: list[tuple[npt.NDArray[np.int64], Hashes]] = []

    def add(self, codes: npt.NDArray[np.intp], hashes: Hashes) -> None:
        places = self.place[codes]
        under = hashes < self.low[places]
        self.below += np.bincount(places[under], minlength=len(self.wanted))
        within = ~under & (hashes <= self.high[places])
        self.inside.append((places[within], hashes[within]))

    def found(self) -> Iterator[tuple[tuple[int, int], int]]:
        if not self.inside:
            return
        places, hashes = (
            np.concatenate(part) for part in zip(*self.inside, strict=True)
        )
        order = np.lexsort((hashes, places))
        starts = np.searchsorted(places[order], np.arange(len(self.wanted) + 1))
        for place, item in enumerate(self.wanted):
            offset = item.rank - int(self.below[place])
            if 0 <= offset < starts[place + 1] - starts[place]:
                value = int(hashes[order[starts[place] + offset]])
                yield (item.code, item.rank), value
