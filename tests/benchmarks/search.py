"""Neighbours of many rows, as a program of its own: ours, and how good they are.

Run it as ``python -m tests.benchmarks.search ROWS``; it writes JSON.
"""

import json
import sys
import time

import numpy as np
from sklearn.neighbors import NearestNeighbors

from tasks.algorithms.neighbors import nearest
from tasks.algorithms.search_space import SearchSpace

_FEATURES, _K = 20, 5
_SAMPLE = 2_000  # rows that are searched by comparing all


def search(rows: int) -> dict[str, float]:
    """Search normal points with ours, and some of them with scikit-learn.

    Args:
        rows: How many points.

    Returns:
        Seconds of ours; seconds of scikit-learn's brute force on all cores, as those of
        a sample times rows; recall of ours on the sample.
    """
    rng = np.random.default_rng(0)
    points = rng.standard_normal((rows, _FEATURES))
    start = time.perf_counter()
    found = nearest(SearchSpace(points, {}, 1.0), _K).found
    ours = time.perf_counter() - start
    sample = rng.choice(rows, min(rows, _SAMPLE), replace=False)
    exact = NearestNeighbors(n_neighbors=_K + 1, algorithm="brute", n_jobs=-1)
    exact.fit(points)
    start = time.perf_counter()
    near = exact.kneighbors(points[sample], return_distance=False)
    brute = (time.perf_counter() - start) * rows / len(sample)
    hits = [
        len(set(mine) & set(true) - {row}) / _K
        for row, mine, true in zip(sample, found[sample], near, strict=True)
    ]
    return {"ours": ours, "brute": brute, "recall": float(np.mean(hits))}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(search(int(sys.argv[1]))))
