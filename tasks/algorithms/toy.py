"""The toy table of the tutorial, made from its recipe. What it teaches is lessons'."""

import numpy as np
import pyarrow as pa

_ROWS = 200
_FEATURE_SEEDS = (7, 42, 73, 101)
_SHARES = (0.15, 0.3, 0.55)


def toy_table() -> pa.Table:
    """Draw 200 rows of pure noise whose three classes are imbalanced.

    Returns:
        int64 columns feature_1 to feature_4 (0..9) and target (0..2), all drawn
        independently: no feature tells anything about the class.

    >>> toy_table().column_names
    ['feature_1', 'feature_2', 'feature_3', 'feature_4', 'target']
    """
    streams = [np.random.RandomState(seed) for seed in _FEATURE_SEEDS]
    columns = {
        f"feature_{number}": stream.randint(0, 10, _ROWS)
        for number, stream in enumerate(streams, start=1)
    }
    # The recipe goes on with the stream of feature_4: a new one gives other classes.
    columns["target"] = streams[-1].choice(len(_SHARES), _ROWS, p=_SHARES)
    return pa.table(
        {name: pa.array(rows, pa.int64()) for name, rows in columns.items()}
    )
