"""What a row counts for by a column of the source, and by its class.

What a class counts for is worked out in weighting; what a model does with it, in
models.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.errors import UserError
from schemas.survey import Column

Floats = npt.NDArray[np.float64]


def row_weights(
    table: pa.Table, columns: Sequence[Column], given: Floats | None = None
) -> Floats | None:
    """Multiply what each row counts for by itself and by its class.

    Args:
        table: Rows, with the column of weights if there is one.
        columns: Their roles.
        given: By its class, shape (rows,); all alike when not given.

    Returns:
        Shape (rows,), each above 0; None if all rows count alike.
    """
    name = next((one.name for one in columns if one.role == "weight"), None)
    if name is None:
        return given
    own = _floats(table.column(name))
    return own if given is None else own * given


def check_weights(name: str, values: pa.ChunkedArray, first: int) -> None:
    """Refuse weights that no model can be fitted with.

    Args:
        name: Of the column.
        values: Of some rows, of a numeric type.
        first: Ordinal of the first of them.

    Raises:
        UserError: One is missing, infinite, or not above 0.
    """
    weights = _floats(values)
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights > 0)))
    if len(wrong):
        value = values[int(wrong[0])].as_py()
        raise UserError(
            f"weight column {name!r} holds {value} in row {first + wrong[0]:,}; a row "
            "counts for a finite number above 0, so leave out rows that count for "
            "nothing, and fill what is missing"
        )


def _floats(values: pa.ChunkedArray) -> Floats:
    floats: Floats = values.cast(pa.float64(), safe=False).to_numpy()
    return floats.astype(np.float64)
