"""What a class of donors is searched for: neighbours, and what they vote for.

How neighbours are found is in neighbors; what is made of them, in smote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.survey import Column
from tasks.algorithms.arrays import USUAL, Empty, Means
from tasks.algorithms.blockwise import by_blocks
from tasks.algorithms.distances import Positions
from tasks.algorithms.neighbors import majority, nearest
from tasks.algorithms.search_space import Codes, search_space

_VOTERS = 2**14  # rows that are voted for at once by a thread


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found among the donors of one class."""

    neighbours: Positions
    """Shape (donors, k), nearest first."""
    votes: Mapping[str, Positions]
    """For each categorical column and donor: a donor with the category voted for."""


class Searched(NamedTuple):
    """What was found, how, and how well."""

    found: Found
    method: str
    recall: float


def search(
    donors: pa.Table,
    columns: Sequence[Column],
    *,
    k: int,
    standardize: bool,
    means: Means = USUAL,
) -> Searched:
    """Search the neighbours of the training rows of one class.

    Args:
        donors: The rows, in the source's schema.
        columns: The role of every column of the donors.
        k: Neighbours of each row.
        standardize: Search on standardised columns.
        means: Threads, arrays, and whether to accelerate.

    Returns:
        The neighbours of each row and what they vote for; method and recall of
        `neighbors.nearest`.

    Raises:
        ValueError: Not 1 <= k < rows; the plan clips k and leaves single rows alone.
    """
    if not 1 <= k < donors.num_rows:
        raise ValueError(f"k must be in 1..{donors.num_rows - 1}, got {k}")
    space = search_space(donors, columns, standardize=standardize, empty=means.empty)
    neighbours, method, recall = nearest(space, k, means=means)
    votes = _elected(space.codes, neighbours, means.empty)
    return Searched(Found(neighbours, votes), method, recall)


def _elected(codes: Codes, neighbours: Positions, empty: Empty) -> dict[str, Positions]:
    """Let the neighbours of every row vote on each category."""

    def elect(name: str) -> Positions:
        return by_blocks(
            lambda part: majority(
                codes[name], np.arange(part.start, part.stop), neighbours[part]
            ),
            empty((len(neighbours),), np.int64),
            _VOTERS,
        )

    return {name: elect(name) for name in codes}


def votes(codes: Codes, rows: Positions, neighbours: Positions) -> dict[str, Positions]:
    """Let the neighbours of some rows vote on each category.

    Args:
        codes: The categories of every row.
        rows: Shape (m,), the rows that are voted for.
        neighbours: Shape (m, k), nearest first.

    Returns:
        For each category, what `neighbors.majority` gives.
    """
    return {name: majority(levels, rows, neighbours) for name, levels in codes.items()}
