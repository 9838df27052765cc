"""Mixed-type SMOTE with genealogy: every synthetic row has parents, and a share.

The search is in neighbors, the arithmetic of values in interpolation; how many rows a
class gets is planned in plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.records import Column
from tasks.algorithms.distances import Positions
from tasks.algorithms.interpolation import Floats, between
from tasks.algorithms.neighbors import majority, nearest
from tasks.algorithms.search_space import Codes, categories, search_space
from tasks.algorithms.selection import draws, uniform

_STREAMS = 4  # of each class: 1 to 3 are used here


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


@dataclass(frozen=True, eq=False)
class Model:
    """The donors of one class, in one chunk, and what was found among them."""

    donors: pa.Table
    columns: tuple[Column, ...]
    found: Found


class Drawn(NamedTuple):
    """Where synthetic rows come from: positions of two donors, and how far between."""

    parents: Positions
    neighbours: Positions
    lam: Floats


def prepare(
    donors: pa.Table, columns: Sequence[Column], *, k: int, standardize: bool
) -> Model:
    """Search, and put together all that rows are drawn and derived from.

    Args:
        donors: As for ``search``.
        columns: As for ``search``.
        k: As for ``search``.
        standardize: As for ``search``.

    Returns:
        Donors with what was found among them.
    """
    searched = search(donors, columns, k=k, standardize=standardize)
    return Model(donors.combine_chunks(), tuple(columns), searched.found)


def search(
    donors: pa.Table,
    columns: Sequence[Column],
    *,
    k: int,
    standardize: bool,
    threads: int | None = None,
) -> Searched:
    """Search the neighbours of the training rows of one class.

    Args:
        donors: The rows, in the source's schema.
        columns: The role of every column of the donors.
        k: Neighbours of each row.
        standardize: Search on standardised columns.
        threads: As many as cores when not given; they do not change what is found.

    Returns:
        The neighbours of each row and what they vote for; method and recall of
        `neighbors.nearest`.

    Raises:
        ValueError: Not 1 <= k < rows; the plan clips k and leaves single rows alone.
    """
    if not 1 <= k < donors.num_rows:
        raise ValueError(f"k must be in 1..{donors.num_rows - 1}, got {k}")
    space = search_space(donors, columns, standardize=standardize)
    neighbours, method, recall = nearest(space, k, threads=threads)
    votes = _votes(space.codes, np.arange(donors.num_rows), neighbours)
    return Searched(Found(neighbours, votes), method, recall)


def draw(seed: int, stream: int, start: int, stop: int, model: Model) -> Drawn:
    """Draw the parents of synthetic rows start..stop - 1 of a class.

    Each donor is the parent of as many rows as any other, give or take one; the
    neighbour is any of its k, lam anything in [0, 1).

    Args:
        seed: The run's seed, 0 <= seed < 2**63.
        stream: The code of the class.
        start: First row.
        stop: One past the last row.
        model: Of the class.

    Returns:
        Three arrays of shape (stop - start,); those of chunks, put together, are those
        of the whole.
    """
    size, k = model.found.neighbours.shape
    orders, choices, shares = (_STREAMS * stream + part for part in (1, 2, 3))
    order = np.argsort(draws(seed, orders, 0, size))
    parents = order[np.arange(start, stop) % size]
    chosen = draws(seed, choices, start, stop) % np.uint64(k)
    lam = uniform(draws(seed, shares, start, stop))
    return Drawn(parents, model.found.neighbours[parents, chosen], lam)


def derive(
    model: Model, parents: Positions, neighbours: Positions, lam: Floats
) -> pa.Table:
    """Make synthetic rows from their parents.

    Args:
        model: Of the class.
        parents: Shape (rows,), positions of donors.
        neighbours: Shape (rows,), positions of donors.
        lam: Shape (rows,), in [0, 1).

    Returns:
        Rows in the donors' schema. Numbers and moments lie between their two parents,
        or are the parent's where one is missing; categories are voted by the parent's
        neighbours; key and ignored columns are null; the target is the parent's.
    """
    votes = {name: winners[parents] for name, winners in model.found.votes.items()}
    drawn = Drawn(parents, neighbours, lam)
    return _rows(model.donors, model.columns, votes, drawn)


def rederive(
    donors: pa.Table,
    columns: Sequence[Column],
    drawn: Drawn,
    neighbours: Positions,
) -> pa.Table:
    """Make a few synthetic rows again, and let their parents' neighbours vote again.

    Args:
        donors: As given to ``prepare``.
        columns: As given to ``prepare``.
        drawn: The parents of the rows.
        neighbours: Shape (rows, k), the neighbours of each parent, nearest first.

    Returns:
        What ``derive`` gives.
    """
    votes = _votes(categories(donors, columns), drawn.parents, neighbours)
    return _rows(donors, columns, votes, drawn)


def _votes(
    codes: Codes, rows: Positions, neighbours: Positions
) -> dict[str, Positions]:
    return {name: majority(levels, rows, neighbours) for name, levels in codes.items()}


def _rows(
    donors: pa.Table,
    columns: Sequence[Column],
    votes: Mapping[str, Positions],
    drawn: Drawn,
) -> pa.Table:
    made = {
        column.name: _values(column, donors.column(column.name), votes, drawn)
        for column in columns
    }
    return pa.table(made, schema=donors.schema)


def _values(
    column: Column,
    donated: pa.ChunkedArray,
    votes: Mapping[str, Positions],
    drawn: Drawn,
) -> pa.Array:
    match column.role:
        case "key" | "ignore":
            return pa.nulls(len(drawn.lam), donated.type)
        case "target":
            return _take(donated, drawn.parents)
        case "categorical":
            return _take(donated, votes[column.name])
        case _:
            ends = _take(donated, drawn.parents), _take(donated, drawn.neighbours)
            return between(*ends, drawn.lam)


def _take(values: pa.ChunkedArray, rows: Positions) -> pa.Array:
    return values.take(pa.array(rows)).combine_chunks()
