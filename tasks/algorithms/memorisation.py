"""How much of what was synthesised is copied, and whether it lies in its own class.

How rows are made is in smote; the distances are those that neighbours are searched by.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.findings import Memorisation
from schemas.survey import Column
from tasks.algorithms.columns import categorical, numeric
from tasks.algorithms.distances import Floats, Positions, distances
from tasks.algorithms.overlap import feature_hashes
from tasks.algorithms.search_space import SearchSpace, search_space
from tasks.algorithms.selection import draws

LOOKED_AT = 1_000
"""Rows whose closest row is sought, synthetic ones and real ones: a share of them is
within 3 % of that of all. In wide tables fewer, a hundred at least."""
AMONG = 20_000
"""Rows that it is sought among. Of more a sample is taken: then parents are missing,
and rows look less like copies than they are."""
_FEWEST, _NUMBERS = 100, 20_000  # rows looked at, and numbers in all of them
_CELLS = 2**20  # distances held at once
_STREAM = 2**32 - 4


class Rows(NamedTuple):
    """The rows of one class, and those around it; all in the source's schema."""

    synthetic: pa.Table
    """Some of the synthetic rows."""
    real: pa.Table
    """Training rows of the class, all that they were made from."""
    own: pa.Table
    """Training rows of the class, at the same rate as the others."""
    others: pa.Table
    """Training rows of all other classes."""


def memorisation(
    label: str,
    rows: Rows,
    columns: tuple[Column, ...],
    seed: int,
    *,
    standardize: bool,
) -> Memorisation:
    """Measure how close synthetic rows are to real ones, and to which.

    Args:
        label: Of the class.
        rows: One synthetic row or more, two real ones or more.
        columns: Roles.
        seed: Chooses rows where there are too many.
        standardize: As for the search.

    Returns:
        Copies, distances and shares. Without rows of its own or of others in the
        sample nothing strays.

    Source: distance to the closest record, of Park et al. (2018), section 5.1,
    https://doi.org/10.14778/3231751.3231757
    """
    names = [*numeric(columns), *categorical(columns)]
    looked = min(LOOKED_AT, max(_FEWEST, _NUMBERS // max(1, len(names))))
    synthetic = _some(rows.synthetic, looked, seed).select(names)
    real = _some(rows.real, AMONG, seed).select(names)
    to_real, between = _closeness(
        synthetic, real, columns, looked, standardize=standardize
    )
    typical = float(np.median(between))
    share = min(1.0, AMONG / max(1, rows.own.num_rows + rows.others.num_rows))
    own, others = (
        _some(table, int(table.num_rows * share), seed).select(names)
        for table in (rows.own, rows.others)
    )
    astray = _astray(synthetic, (own, others), columns, looked, standardize=standardize)
    return Memorisation(
        label=label,
        synthetic=len(to_real),
        real=real.num_rows,
        copies=_copies(synthetic, real, columns),
        to_real=float(np.median(to_real)),
        between_real=typical,
        closer=float(np.mean(to_real < typical) + np.mean(to_real <= typical)) / 2,
        astray=astray[0],
        astray_real=astray[1],
    )


def _some(table: pa.Table, most: int, seed: int) -> pa.Table:
    """Take rows in random order, so that the first few are a sample as well."""
    order = np.argsort(draws(seed, _STREAM, 0, table.num_rows))
    return table.take(pa.array(order[:most]))


def _copies(synthetic: pa.Table, real: pa.Table, columns: tuple[Column, ...]) -> int:
    made, there = (feature_hashes(table, columns) for table in (synthetic, real))
    return int(np.isin(made, there).sum())


def _closeness(
    synthetic: pa.Table,
    real: pa.Table,
    columns: tuple[Column, ...],
    looked: int,
    *,
    standardize: bool,
) -> tuple[Floats, Floats]:
    """Measure distances to the closest real row, from synthetic and from real rows."""
    space = _space([real, synthetic], columns, standardize=standardize)
    there = np.arange(real.num_rows)
    made = np.arange(real.num_rows, real.num_rows + synthetic.num_rows)
    return _closest(space, made, there), _closest(space, there[:looked], there)


def _astray(
    synthetic: pa.Table,
    around: tuple[pa.Table, pa.Table],
    columns: tuple[Column, ...],
    looked: int,
    *,
    standardize: bool,
) -> tuple[float, float]:
    """Give the shares that lie closer to others than to their own."""
    if min(table.num_rows for table in around) < 2:  # noqa: PLR2004 - itself and one
        return 0.0, 0.0
    space = _space([*around, synthetic], columns, standardize=standardize)
    ends = np.cumsum([0, *(table.num_rows for table in (*around, synthetic))])
    own, others, made = (np.arange(*pair) for pair in pairwise(ends))
    made_far, real_far = (
        _closest(space, rows, others) < _closest(space, rows, own)
        for rows in (made, own[:looked])
    )
    return float(made_far.mean()), float(real_far.mean())


def _space(
    tables: list[pa.Table], columns: tuple[Column, ...], *, standardize: bool
) -> SearchSpace:
    whole = pa.concat_tables(tables).unify_dictionaries()
    return search_space(whole, columns, standardize=standardize)


def _closest(space: SearchSpace, rows: Positions, among: Positions) -> Floats:
    """Measure how far the closest other row is, exactly."""
    found = np.empty(len(rows))
    size = max(1, _CELLS // len(among))
    for start in range(0, len(rows), size):
        part = rows[start : start + size, np.newaxis]
        gaps: npt.NDArray[np.float64] = distances(space, part, among[np.newaxis])
        gaps[part == among] = np.inf
        found[start : start + size] = np.sqrt(gaps.min(axis=1))
    return found
