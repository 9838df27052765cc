"""What is learnt of training rows to write them as numbers: medians, scales, levels.

Writing and reading is done in matrix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.errors import UserError
from schemas.survey import Column
from tasks.algorithms.arrays import one_chunk
from tasks.algorithms.columns import numeric
from tasks.algorithms.distances import Floats, Positions
from tasks.algorithms.integers import to_integers
from tasks.algorithms.ordinal import with_ranks
from tasks.algorithms.search_space import categories

BUDGET = 2**25
"""Numbers that a matrix may have: 268 MB, of which samplers make several."""
_LARGEST = 1e140  # squares of differences, and sums of them, stay finite


class Number(NamedTuple):
    """How a column of numbers or moments is written."""

    middle: float
    """Stands for what is missing."""
    centre: float
    scale: float
    gaps: bool
    """Whether a second column tells where a number is missing."""
    low: float
    high: float
    """Ends of the values known, which none but floats may leave."""


class Category(NamedTuple):
    """How a column of categories is written."""

    codes: npt.NDArray[np.int32]
    """Level of each row; null is a level."""
    examples: Positions
    """A row for each level."""


@dataclass(frozen=True, eq=False)
class Coding:
    """What was learnt of training rows, to write them as numbers and to read these."""

    rows: pa.Table
    ranked: pa.Table
    """The same, with ranks in the place of levels that have an order."""
    columns: tuple[Column, ...]
    numbers: Mapping[str, Number]
    levels: Mapping[str, Category]
    weight: float
    """The distance of two rows that differ in one category."""
    coded: bool
    """Whether a category is one column of codes, and not one for each level."""

    @property
    def widths(self) -> dict[str, int]:
        """Columns of the matrix for each column of the rows, in order."""
        return {
            **{name: 1 + one.gaps for name, one in self.numbers.items()},
            **{
                name: 1 if self.coded else len(one.examples)
                for name, one in self.levels.items()
            },
        }

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return sum(self.widths.values())


def learn(
    rows: pa.Table,
    columns: Sequence[Column],
    *,
    standardize: bool,
    coded: bool = False,
    most: int | None = None,
) -> Coding:
    """Learn from training rows how to write them.

    Numbers that are missing or infinite become the median, and a column beside them
    tells where. Categories get a column for each level, or one of codes.

    Args:
        rows: One or more.
        columns: Names and roles; key, ignored and target are not written.
        standardize: Bring each numeric column to mean 0 and deviation 1.
        coded: Whether the sampler knows categories by their codes.
        most: Numbers that the matrix may have; the budget if not given.

    Returns:
        The coding, for ``written`` and ``read``.

    Raises:
        UserError: There is no feature, or the matrix would be beyond its budget.
    """
    ranked = with_ranks(rows, columns)
    read = {name: floats(ranked.column(name)) for name in numeric(columns)}
    numbers = {
        name: _number(values, standardize=standardize) for name, values in read.items()
    }
    coding = Coding(
        rows=rows,
        ranked=ranked,
        columns=tuple(columns),
        numbers=numbers,
        levels={
            name: Category(codes, np.unique(codes, return_index=True)[1])
            for name, codes in categories(rows, columns).items()
        },
        weight=_weight(read, numbers, standardize=standardize),
        coded=coded,
    )
    _check(coding, BUDGET if most is None else most)
    return coding


def _number(values: Floats, *, standardize: bool) -> Number:
    known = np.isfinite(values)
    clipped = np.clip(values[known], -_LARGEST, _LARGEST)
    if not len(clipped):
        return Number(0.0, 0.0, 1.0, gaps=True, low=0.0, high=0.0)
    found = Number(
        middle=float(np.median(clipped)),
        centre=0.0,
        scale=1.0,
        gaps=not known.all(),
        low=clipped.min(),
        high=clipped.max(),
    )
    if not standardize:
        return found
    if found.low == found.high:
        return found._replace(centre=found.low)
    known_or_not = filled(values, found)
    scale = known_or_not.std() or 1.0  # may underflow
    return found._replace(centre=known_or_not.mean(), scale=scale)


def filled(values: Floats, one: Number) -> Floats:
    """Put the median where a number is missing or infinite."""
    known = np.isfinite(values)
    return np.where(known, np.clip(values, one.low, one.high), one.middle)


def _weight(
    read: Mapping[str, Floats], numbers: Mapping[str, Number], *, standardize: bool
) -> float:
    """As in search_space: the median deviation, 1 if there is none."""
    if standardize or not read:
        return 1.0
    deviations = [np.std(filled(read[name], one)) for name, one in numbers.items()]
    return float(np.median(deviations)) or 1.0


def _check(coding: Coding, most: int) -> None:
    rows, width = coding.rows.num_rows, coding.width
    if not width:
        raise UserError(
            "a sampler needs a feature: every column is target, key or ignored"
        )
    if rows * width <= most:
        return
    widest = max(coding.widths, key=coding.widths.__getitem__)
    many = coding.widths[widest]
    more = f"; {many:,} of the columns are levels of {widest!r}" if many > 2 else ""  # noqa: PLR2004 - of a number
    raise UserError(
        f"samplers by name work in memory, on {most:,} numbers at most, and {rows:,} "
        f"training rows of {width:,} columns as they are written are "
        f"{rows * width:,}{more}. Use smote, smote_under, random_over or random_under, "
        "which stream, or have fewer rows or columns (--ignore)"
    )


def floats(column: pa.ChunkedArray) -> Floats:
    """Read numbers, and moments as ticks; NaN where null."""
    values = one_chunk(column)
    if pa.types.is_temporal(values.type):
        values = to_integers(values)
    found: Floats = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return found
