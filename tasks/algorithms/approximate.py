"""Approximate nearest points with faiss, at the effort that a measured recall asks for.

Which classes are searched so is decided in neighbors. The candidates come from faiss in
single precision; their order is that of exact distances.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.algorithms.arrays import USUAL, Empty, Means, slices
from tasks.algorithms.blockwise import by_blocks, each
from tasks.algorithms.candidates import gaps, rank
from tasks.algorithms.categories import Points
from tasks.algorithms.distances import Floats, Positions
from tasks.algorithms.exact import Neighbours
from tasks.algorithms.exact import search as search_exactly
from tasks.algorithms.selection import draws

TARGET = 0.97  # at least .95 is promised; a sample of 1,000 rows is rarely off by .01
_SAMPLED = 1_000  # rows that the recall is measured on
_SEED = 0  # of the sample, whatever the seed of the run: the rows are the same
_TRAINED = 64  # rows for each centroid; faiss warns below 39
_BLOCK = 1_024  # rows: with 64 candidates of 20 columns 10 MB
_FEWEST = 8  # lists probed at least, then a quarter more each time, up to all

Singles = npt.NDArray[np.float32]


class Index(NamedTuple):
    """A faiss index and what it is asked."""

    name: str
    faiss: Any
    lists: int
    queries: Singles
    candidates: int


def search(points: Points, k: int, means: Means = USUAL) -> Neighbours | None:
    """Find nearly all of the k nearest base points of every query.

    Args:
        points: Several hundred or more; no two the same.
        k: Points to find, the row itself included, 2 <= k < points.
        means: Only `exact.search` has a use for the accelerated library.

    Returns:
        What was found, or None if no effort reaches the recall: so where the distances
        of neighbours vanish in single precision.
    """
    sample = np.sort(_shuffled(len(points.base), 0, _SAMPLED))
    some = Points(points.base, points.queries[sample])
    exactly = search_exactly(some, k, means._replace(accelerate=False))
    limits = gaps(some, exactly.found).max(axis=1)
    for index, probes in _efforts(points, k, means.empty):
        tried = _search(index, probes, points, sample, k)
        recall = _recall(gaps(some, tried), limits)
        if recall >= TARGET:
            work = partial(_part, index, probes, points, k)
            out = means.empty((len(points.base), k), np.int64)
            found = by_blocks(work, out, _BLOCK, means.threads)
            return Neighbours(found, _method(index, probes), recall)
    return None


def _efforts(points: Points, k: int, empty: Empty) -> Iterator[tuple[Index, int]]:
    """Go from coarse codes to whole vectors, and from few lists to all of them."""
    base, queries = _singles(points, empty)
    width = base.shape[1]
    lists = 2 ** round(np.log2(len(base)) / 2)
    wide = min(8 * k + 16, len(base))
    # Four bits a column, compared in registers: https://arxiv.org/abs/1704.07355
    for name, most in ((f"PQ{width}x4fs", lists // 4), ("Flat", lists)):
        whole = f"IVF{lists},{name}"
        index = Index(whole, _trained(whole, base, lists), lists, queries, wide)
        probes = _FEWEST
        while probes < most:
            yield index, probes
            probes += probes // 4
        yield index, most


def _singles(points: Points, empty: Empty) -> tuple[Singles, Singles]:
    """Move and scale points so that single precision tells them apart."""
    middle = points.base.mean(axis=0)
    largest = np.ptp(points.base, axis=0).max() or 1.0

    def scaled(values: Floats) -> Singles:
        made = empty(values.shape, np.float32)
        for rows in slices(*values.shape):
            made[rows] = (values[rows] - middle) / largest
        return made

    base = scaled(points.base)
    same = points.queries is points.base
    return base, base if same else scaled(points.queries)


def _trained(name: str, base: Singles, lists: int) -> Any:  # noqa: ANN401 - faiss has no types
    """Train on a sample and add all points, on one thread: k-means adds up in order."""
    import faiss  # noqa: PLC0415 - an index is rarely needed

    index = faiss.index_factory(base.shape[1], name)

    def build(sample: Positions) -> None:
        index.train(base[sample])
        index.add(base)

    list(each(build, [_shuffled(len(base), 1, _TRAINED * lists)], threads=1))
    return index


def _part(index: Index, probes: int, points: Points, k: int, part: slice) -> Positions:
    return _search(index, probes, points, np.arange(part.start, part.stop), k)


def _search(
    index: Index, probes: int, points: Points, rows: Positions, k: int
) -> Positions:
    """Rank the candidates of some rows by exact distance, then by position."""
    import faiss  # noqa: PLC0415 - an index is rarely needed

    effort = faiss.SearchParametersIVF()
    effort.nprobe = probes
    _, near = index.faiss.search(index.queries[rows], index.candidates, params=effort)
    some = Points(points.base, points.queries[rows])
    found = rank(some, near)[0][:, :k]
    lacking = np.flatnonzero((found < 0).any(axis=1))
    if len(lacking):  # their lists hold fewer points than k
        rest = Points(points.base, points.queries[rows[lacking]])
        found[lacking] = search_exactly(rest, k, Means(threads=1)).found
    return found


def _recall(gaps: Floats, limits: Floats) -> float:
    """Count who is as near as the farthest true neighbour, the row itself left out."""
    near = (gaps <= limits[:, np.newaxis]).sum(axis=1) - 1
    return float(np.maximum(near, 0).mean() / (gaps.shape[1] - 1))


def _shuffled(rows: int, stream: int, count: int) -> Positions:
    """Draw so many rows: the first of all when shuffled."""
    words, drawn = np.empty(0, np.uint64), np.empty(0, np.int64)
    for part in slices(rows, 1):
        words = np.append(words, draws(_SEED, stream, part.start, part.stop))
        drawn = np.append(drawn, np.arange(part.start, part.stop))
        first = np.argsort(words)[:count]
        words, drawn = words[first], drawn[first]
    return drawn


def _method(index: Index, probes: int) -> str:
    return (
        f"faiss {index.name}, {probes} of {index.lists} lists, "
        f"{index.candidates} candidates ranked by exact distance"
    )
