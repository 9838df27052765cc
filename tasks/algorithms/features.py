"""The feature columns of a table as numbers and text, for a model to read.

Nothing is learnt here: medians, levels and scales come from training rows, in models.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.survey import Column
from tasks.algorithms.columns import categorical, numeric
from tasks.algorithms.levels import as_levels
from tasks.algorithms.ordinal import with_ranks

_LARGEST = float(np.finfo(np.float32).max)  # trees compare in 32 bits


def to_frame(table: pa.Table, columns: Sequence[Column]) -> pd.DataFrame:
    """Read the feature columns of a table; other roles are left out.

    Args:
        table: Holds every feature column.
        columns: Their roles decide: numeric and temporal become float64, the latter
            in ticks of their unit, NaN where missing, infinite or beyond float32;
            ordinal become ranks; categorical become text, missing where null.

    Returns:
        One row per row of the table, one column per feature.
    """
    table = with_ranks(table, columns)
    features = {
        **{name: _numbers(table.column(name)) for name in numeric(columns)},
        **{name: _texts(table.column(name)) for name in categorical(columns)},
    }
    return pd.DataFrame(features, index=pd.RangeIndex(table.num_rows))


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    if pa.types.is_temporal(column.type):
        column = pc.cast(column, _ticks(column.type))
    floats = pc.cast(column, pa.float64(), safe=False)
    values = floats.to_numpy().astype(np.float64)
    return np.where(np.abs(values) <= _LARGEST, values, np.nan)


def _ticks(kind: pa.DataType) -> pa.DataType:
    return pa.int32() if kind.bit_width == 32 else pa.int64()  # noqa: PLR2004 - bits


def _texts(column: pa.ChunkedArray) -> pd.Series:
    texts = pc.cast(as_levels(column), pa.string())
    return pd.Series(texts.to_pandas(), dtype="str")
