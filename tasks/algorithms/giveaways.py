"""Single columns that give the answer away: a copy of the target, an id that tells it.

Each column is judged alone, by a decision made on one half of some rows and tried on
the other, both ways. Columns that give it away only together are not found.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from sklearn.tree import DecisionTreeClassifier

from schemas.findings import Giveaway
from schemas.survey import Column
from tasks.algorithms.distances import Positions
from tasks.algorithms.features import to_frame
from tasks.algorithms.labels import Codes
from tasks.algorithms.selection import draws

Numbers = npt.NDArray[Any]  # of a column, or of its levels

LIMIT = 0.99
"""Balanced accuracy from which on a column is named: two normal classes must lie 4.7
deviations apart to reach it. Of the 7 real tables tried, no honest column does."""
FEWEST = 10
"""Rows of a class below which a perfect score may well be chance."""
_CELLS, _MOST, _LEAST = 2_000_000, 10_000, 1_000  # rows of all classes together
_LEAVES = 32
_STREAM = 2**32 - 3


def giveaways(
    table: pa.Table,
    columns: Sequence[Column],
    codes: Codes,
    labels: Sequence[str],
    seed: int,
) -> tuple[Giveaway, ...]:
    """Name the features that predict the target almost perfectly, each alone.

    Numbers and moments are cut by a tree of at most 32 leaves (or two a class), which
    takes missing values for an answer as well; a category predicts the class that is
    most frequent in it, in shares of the class; texts that are nearly all different
    are cut in alphabetical order, as an id such as `fraud-0012` tells by its start.

    Args:
        table: Rows with all features.
        columns: Their roles.
        codes: Class codes of the rows, shape (rows,), each in 0..len(labels) - 1.
        labels: The label of each code.
        seed: Chooses the rows, 10,000 at most, as many of each class as there are.

    Returns:
        Columns with a balanced accuracy of `LIMIT` or more for a class against the
        rest, the most certain first. Nothing is said of a class that has fewer than
        `FEWEST` rows, or all others together.
    """
    rows = _some(codes, len(labels), len(columns), seed)
    frame, y = to_frame(table.take(pa.array(rows)), columns), codes[rows]
    judged = _judged(y, len(labels))
    if not judged:
        return ()
    half = _halves(y)
    found = [
        Giveaway(
            column=str(name),
            label=None if code is None else labels[code],
            score=score,
            rows=count,
        )
        for name in frame
        for code, score, count in _told(
            _predict(frame[name], y, half, len(labels)), y, judged
        )
    ]
    return tuple(sorted(found, key=lambda one: (-one.score, one.column)))


def _some(codes: Codes, classes: int, columns: int, seed: int) -> Positions:
    """Choose as many rows of each class, for its share does not matter."""
    most = min(_MOST, max(_LEAST, _CELLS // max(1, columns)))
    order = np.argsort(draws(seed, _STREAM, 0, len(codes)))
    mixed = codes[order]
    each = max(2 * FEWEST, most // classes)
    chosen = [order[mixed == code][:each] for code in range(classes)]
    return np.concatenate(chosen)


def _judged(y: Codes, classes: int) -> dict[int, int]:
    """Give the classes that something can be said of, and their rows."""
    support = np.bincount(y, minlength=classes)
    enough = np.minimum(support, len(y) - support) >= FEWEST
    return {code: int(support[code]) for code in np.flatnonzero(enough).tolist()}


def _halves(y: Codes) -> npt.NDArray[np.bool_]:
    """Part every class in two; its rows are in random order."""
    half = np.zeros(len(y), np.bool_)
    for code in np.unique(y):
        half[np.flatnonzero(y == code)[::2]] = True
    return half


def _predict(
    values: pd.Series, y: Codes, half: npt.NDArray[np.bool_], classes: int
) -> Codes:
    predicted = np.empty(len(y), np.int32)
    decide = _by_cuts if values.dtype == np.float64 else _by_level
    if decide is _by_level:
        levels = pd.factorize(values, sort=True, use_na_sentinel=False)[0]
        values = pd.Series(levels)
        if len(np.unique(levels)) > len(levels) / 2:
            decide = _by_cuts
    numbers = values.to_numpy()
    for seen in (half, ~half):
        predicted[~seen] = decide(numbers[seen], y[seen], numbers[~seen], classes)
    return predicted


def _by_cuts(values: Numbers, y: Codes, unseen: Numbers, classes: int) -> Codes:
    tree = DecisionTreeClassifier(
        max_leaf_nodes=max(_LEAVES, 2 * classes),
        class_weight="balanced",
        random_state=0,
    )
    tree.fit(values[:, np.newaxis], y)
    predicted: Codes = tree.predict(unseen[:, np.newaxis])
    return predicted


def _by_level(levels: Numbers, y: Codes, unseen: Numbers, classes: int) -> Codes:
    counts = np.zeros((int(max(levels.max(), unseen.max())) + 1, classes))
    np.add.at(counts, (levels, y), 1)
    shares = counts / np.maximum(1, counts.sum(axis=0))
    chosen: Codes = shares.argmax(axis=1).astype(np.int32)[unseen]
    return chosen


def _told(
    predicted: Codes, y: Codes, judged: Mapping[int, int]
) -> Iterator[tuple[int | None, float, int]]:
    """Judge each class against the rest; to tell all of them is one finding."""
    scores = {code: _balanced(predicted == code, y == code) for code in judged}
    if min(scores.values()) >= LIMIT:
        yield None, min(scores.values()), min(judged.values())
        return
    for code, score in scores.items():
        if score >= LIMIT:
            yield code, score, judged[code]


def _balanced(claimed: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_]) -> float:
    return float(claimed[true].mean() + (~claimed[~true]).mean()) / 2
