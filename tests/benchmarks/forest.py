"""A forest of 100 trees, as a program of its own: as ours is made, and stock.

Run it as ``python -m tests.benchmarks.forest ROWS``; it writes JSON. Stock is measured
as it comes, which is on one core, and on as many as ours.
"""

import json
import statistics
import sys
import time

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from schemas.evaluation import EvaluatorKind
from schemas.survey import Column
from tasks.acceleration import accelerates
from tasks.algorithms.models import fit_predict, make

_FEATURES, _SHIFTED, _TREES, _TIMES = 20, 4, 100, 3
_WARM = 1_000  # rows of a fit that is not counted, for the first one imports


def fit(rows: int, *, accelerate: bool, one: bool = False) -> tuple[float, float]:
    """Fit on rows and judge on a quarter as many more.

    Args:
        rows: Training rows.
        accelerate: Let the accelerated library train.
        one: Let the stock forest use one core, its default.

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
    if one:
        model.set_params(model__n_jobs=None)
    start = time.perf_counter()
    found = fit_predict(model, frame[:rows], codes[:rows], frame[rows:], 2)
    seconds = time.perf_counter() - start
    return seconds, float(roc_auc_score(codes[rows:], found[:, 1]))


def compare(rows: int) -> dict[str, float]:
    """Fit ours and stock in turn, several times.

    Args:
        rows: Training rows.

    Returns:
        Median seconds of each, the areas under the curve and how far they are apart.
    """
    accelerate = accelerates()
    for accelerated in (accelerate, False):
        fit(_WARM, accelerate=accelerated)
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "stock": [], "one": []}
    for _ in range(_TIMES):
        found["ours"].append(fit(rows, accelerate=accelerate))
        found["stock"].append(fit(rows, accelerate=False))
        found["one"].append(fit(rows, accelerate=False, one=True))
    seconds = {
        name: statistics.median(took for took, _ in each)
        for name, each in found.items()
    }
    area, stock = found["ours"][0][1], found["stock"][0][1]
    return {**seconds, "gap": abs(area - stock), "auc": area}


if __name__ == "__main__":
    told = {**compare(int(sys.argv[1])), "accelerated": accelerates()}
    sys.stdout.write(json.dumps(told))
