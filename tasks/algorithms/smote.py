"""Mixed-type SMOTE with genealogy: every synthetic row has parents, and a share.

The search is in kinship, the arithmetic of values in interpolation; how many rows a
class gets is planned in plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.survey import Column
from tasks.algorithms.arrays import one_chunk
from tasks.algorithms.distances import Positions
from tasks.algorithms.interpolation import Floats, between
from tasks.algorithms.kinship import Found, counted, search, winners
from tasks.algorithms.ordinal import between_levels
from tasks.algorithms.search_space import categories
from tasks.algorithms.selection import draws, draws_at, uniform

_STREAMS = 4  # of each class: 1 to 3 are used here
_ROWS = 40  # bits of a counter that tell rows apart; the others tell attempts


class Lot(NamedTuple):
    """What the draws of one class depend on, beside its donors."""

    seed: int
    """The run's, 0 <= seed < 2**63."""
    stream: int
    """The code of the class."""


@dataclass(frozen=True, eq=False)
class Model:
    """The donors of one class, in one chunk, and what was found among them."""

    donors: pa.Table
    columns: tuple[Column, ...]
    found: Found
    lot: Lot
    order: Positions
    """The donors in the order in which they become parents, as of ``shuffle``."""


class Drawn(NamedTuple):
    """Where synthetic rows come from: positions of two donors, and how far between."""

    parents: Positions
    neighbours: Positions
    lam: Floats


def prepare(
    donors: pa.Table, columns: Sequence[Column], lot: Lot, *, k: int, standardize: bool
) -> Model:
    """Search, and put together all that rows are drawn and derived from.

    Args:
        donors: As for ``search``.
        columns: As for ``search``.
        lot: Of the class.
        k: As for ``search``.
        standardize: As for ``search``.

    Returns:
        Donors with what was found among them.
    """
    found = search(donors, columns, k=k, standardize=standardize).found
    order = shuffle(lot, donors.num_rows)
    return Model(donors.combine_chunks(), tuple(columns), found, lot, order)


def shuffle(lot: Lot, donors: int) -> Positions:
    """Give the order in which the donors of a class become parents.

    Args:
        lot: Of the class.
        donors: How many.

    Returns:
        Shape (donors,): each position once.
    """
    return np.argsort(draws(lot.seed, _STREAMS * lot.stream + 1, 0, donors))


def draw(start: int, stop: int, model: Model) -> Drawn:
    """Draw the parents of synthetic rows start..stop - 1 of a class.

    Each donor is the parent of as many rows as any other, give or take one; the
    neighbour is any of its k, lam anything in [0, 1).

    Args:
        start: First row.
        stop: One past the last row.
        model: Of the class.

    Returns:
        Three arrays of shape (stop - start,); those of chunks, put together, are those
        of the whole.
    """
    return draw_again(np.arange(start, stop), 0, model)


def draw_again(rows: Positions, attempt: int, model: Model) -> Drawn:
    """Draw the parents of some synthetic rows of a class once more.

    Args:
        rows: Their places among all of the class, each below 2**40.
        attempt: How often they were drawn before, below 2**20; 0 is as ``draw`` draws.
        model: Of the class.

    Returns:
        The same parents, each with any of its neighbours, and shares.
    """
    size, k = model.found.neighbours.shape
    seed, stream = model.lot
    choices, shares = (_STREAMS * stream + part for part in (2, 3))
    counters = rows.astype(np.uint64) + np.uint64(attempt << _ROWS)
    parents = model.order[rows % size]
    chosen = draws_at(seed, choices, counters) % np.uint64(k)
    lam = uniform(draws_at(seed, shares, counters))
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
        or are the parent's where one is missing, as do ranks of levels; categories are
        voted by the parent's neighbours, ties ended as in ``kinship.winners``; key and
        ignored columns are null; the target and the weight are the parent's.
    """
    votes = {name: marks[parents] for name, marks in model.found.votes.items()}
    elected = winners(votes, model.found.neighbours[parents], neighbours)
    drawn = Drawn(parents, neighbours, lam)
    return _rows(model.donors, model.columns, elected, drawn)


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
    votes = counted(categories(donors, columns), neighbours)
    elected = winners(votes, neighbours, drawn.neighbours)
    return _rows(donors, columns, elected, drawn)


def _rows(
    donors: pa.Table,
    columns: Sequence[Column],
    elected: Mapping[str, Positions],
    drawn: Drawn,
) -> pa.Table:
    made = {
        column.name: _values(column, donors.column(column.name), elected, drawn)
        for column in columns
    }
    return pa.table(made, schema=donors.schema)


def _values(
    column: Column,
    donated: pa.ChunkedArray,
    elected: Mapping[str, Positions],
    drawn: Drawn,
) -> pa.Array:
    match column.role:
        case "key" | "ignore":
            return pa.nulls(len(drawn.lam), donated.type)
        case "target" | "weight":
            return _take(donated, drawn.parents)
        case "categorical":
            return _take(donated, elected[column.name])
        case _:
            ends = _take(donated, drawn.parents), _take(donated, drawn.neighbours)
            if column.role == "ordinal":
                return between_levels(*ends, drawn.lam, column)
            return between(*ends, drawn.lam)


def _take(values: pa.ChunkedArray, rows: Positions) -> pa.Array:
    return one_chunk(values.take(pa.array(rows)))
