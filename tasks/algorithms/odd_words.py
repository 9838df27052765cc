"""What is said of odd numbers: a sentence, and a table. They are found in oddities."""

from collections.abc import Sequence

from schemas.findings import OddNumbers
from tasks.algorithms.captions import printable, quoted
from tasks.algorithms.tables import Row, without_zeros

_WIDTH = 40  # cells of a column's name
_SHOWN = 5


def odd_caution(found: Sequence[OddNumbers]) -> str:
    """Say which columns have infinite numbers, unless these rows are rejected.

    Args:
        found: Of each column that has any odd numbers.

    Returns:
        Plain text; empty if no accepted row holds one.
    """
    infinite = [one for one in found if one.infinite]
    if not infinite:
        return ""
    shown = [
        f"{quoted(one.column, _WIDTH)} ({one.infinite:,} "
        f"row{'' if one.infinite == 1 else 's'})"
        for one in sorted(infinite, key=lambda one: -one.infinite)[:_SHOWN]
    ]
    more = len(infinite) - len(shown)
    named = ", ".join(shown) + (f" and {more:,} more columns" if more else "")
    return (
        f"Infinite numbers in {named}: models and the search for neighbours take them "
        "for missing, rows have them as they came; infinities: reject sets such rows "
        "aside."
    )


def odd_rows(found: Sequence[OddNumbers]) -> list[Row]:
    """List the columns with odd numbers, and how many rows have each kind.

    Args:
        found: Of each column that has any; one or more.

    Returns:
        A row for each column; kinds that no column has are left out.
    """
    rows: list[Row] = [
        {
            "Column": printable(one.column),
            "NaN": one.nan,
            "Infinite": one.infinite,
            "Infinite, rejected": one.infinite_rejected,
            "Negative zero": one.negative_zero,
        }
        for one in found
    ]
    return without_zeros(rows)
