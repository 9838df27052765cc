"""A forest of 100 trees, as a program of its own: as ours is made, and stock.

Run it as ``python -m tests.benchmarks.forest ROWS``; it writes JSON.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from schemas.config import EvaluatorKind
from schemas.records import Column
from tasks.acceleration import accelerates
from tasks.algorithms.models import fit_predict, make

_FEATURES, _SHIFTED, _TREES = 20, 4, 100


def fit(rows: int, *, accelerate: bool) -> tuple[float, float]:
    """Fit on rows and judge on a quarter as many more.

    Args:
        rows: Training rows.
        accelerate: Let the accelerated library train.

    Returns:
        Seconds of fitting and predicting, and the area under the ROC curve.
    """
    rng = np.random.default_rng(0)
    codes = (rng.random(rows * 5 // 4) < 0.5).astype(np.int32)
    shift = codes[:, np.newaxis] * (np.arange(_FEATURES) < _SHIFTED) / 2
    names = [f"x{place}" for place in range(_FEATURES)]
    frame = pd.DataFrame(rng.standard_normal(shift.shape) + shift, columns=names)
    columns = [
        Column(name=name, type="double", role="numeric", nullable=False)
        for name in names
    ]
    forest = EvaluatorKind.RANDOM_FOREST
    model = make(forest, _TREES, 0, columns, accelerate=accelerate)
    start = time.perf_counter()
    found = fit_predict(model, frame[:rows], codes[:rows], frame[rows:], 2)
    seconds = time.perf_counter() - start
    return seconds, float(roc_auc_score(codes[rows:], found[:, 1]))


if __name__ == "__main__":
    count = int(sys.argv[1])
    ours, area = fit(count, accelerate=accelerates())
    stock, stock_area = fit(count, accelerate=False)
    told = {"ours": ours, "stock": stock, "gap": abs(area - stock_area), "auc": area}
    sys.stdout.write(json.dumps({**told, "accelerated": accelerates()}))
