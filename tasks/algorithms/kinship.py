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
from tasks.algorithms.neighbors import Marks, majority, nearest
from tasks.algorithms.search_space import Codes, search_space

_VOTERS = 2**14  # rows that are voted for at once by a thread

Votes = Mapping[str, Marks]
"""For each categorical column, shape (rows, k): which of a row's neighbours have the
category with the most votes, or one of several."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found among the donors of one class."""

    neighbours: Positions
    """Shape (donors, k), nearest first."""
    votes: Votes
    """Of the donors' neighbours."""


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
    votes = _counted(space.codes, neighbours, means.empty)
    return Searched(Found(neighbours, votes), method, recall)


def _counted(codes: Codes, neighbours: Positions, empty: Empty) -> Votes:
    """Let the neighbours of every row vote on each category."""

    def count(name: str) -> Marks:
        return by_blocks(
            lambda part: majority(codes[name], neighbours[part]),
            empty(neighbours.shape, np.bool_),
            _VOTERS,
        )

    return {name: count(name) for name in codes}


def counted(codes: Codes, neighbours: Positions) -> Votes:
    """Let the neighbours of some rows vote on each category.

    Args:
        codes: The categories of every row.
        neighbours: Shape (m, k), those of the rows that are voted for.
    """
    return {name: majority(levels, neighbours) for name, levels in codes.items()}


def winners(votes: Votes, near: Positions, partners: Positions) -> dict[str, Positions]:
    """End the votes for rows that are made between a donor and one of its neighbours.

    A tie falls to the partner, if it has one of the tied categories, else to the
    nearest that has. So the rows made of one donor differ as its neighbours do, as with
    imbalanced-learn, which draws among ties; and no draw is needed to make them again.
    Were it always the donor's own, a forest would have a macro-F1 of .757, not .762, on
    all of the bank marketing data (three seeds, five folds; adult and hypothyroid: no
    difference).

    Args:
        votes: For each row.
        near: Shape (rows, k), the neighbours that voted, nearest first.
        partners: Shape (rows,), one of them for each row.

    Returns:
        For each category, int64 of shape (rows,): a donor that has it.
    """
    here = near == partners[:, np.newaxis]
    lines = np.arange(len(near))
    return {
        name: np.where(
            (marks & here).any(axis=1), partners, near[lines, marks.argmax(axis=1)]
        )
        for name, marks in votes.items()
    }
