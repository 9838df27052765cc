"""Columns that tell no row from another, so that no model can learn from them.

Columns that tell too much are found in giveaways.
"""

from collections.abc import Sequence

import pyarrow as pa

from schemas.survey import Column
from tasks.algorithms.captions import quoted

_SHOWN, _WIDTH = 5, 40  # names, and cells of one


def idle(table: pa.Table, columns: Sequence[Column]) -> tuple[str, ...]:
    """Name the features that are the same in all rows, as a model reads them.

    Args:
        table: Rows with all features.
        columns: Their roles.

    Returns:
        Names in the order of a model's features; none if there are no rows.

    >>> kinds = [("x", "numeric"), ("z", "numeric")]
    >>> rows = pa.table({"x": [1.0, 2.0], "z": pa.nulls(2, pa.float64())})
    >>> idle(rows, [Column(name=n, type="double", role=r, nullable=True)
    ...             for n, r in kinds])
    ('z',)
    """
    # pandas, which whoever only tells what was found does not need
    from tasks.algorithms.features import to_frame  # noqa: PLC0415 - see above

    frame = to_frame(table, columns)
    alike = frame.nunique(dropna=False) == 1
    return tuple(str(name) for name in frame.columns[alike])


def idle_caution(names: Sequence[str]) -> str:
    """Say which columns are of no use; nothing if all are of some."""
    if not names:
        return ""
    shown = ", ".join(quoted(name, _WIDTH) for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return (
        f"No model can learn from {shown}{more}: all training rows that were looked at "
        "have the same value there, or none."
    )
