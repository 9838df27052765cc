"""Whether a model knows anything at all: shuffled classes must be predicted worse.

How two models differ is in intervals.
"""

import math

import numpy as np
import numpy.typing as npt
from numpy.random import Generator
from scipy.stats import random_table, rankdata

from schemas.evaluation import EvaluationConfig
from tasks.algorithms.intervals import Prediction
from tasks.algorithms.labels import Codes
from tasks.algorithms.metrics import BY_LABEL

Floats = npt.NDArray[np.float64]

_LEAST = 999  # shuffles
_EVEN = 1e-12  # scores that differ by no more than rounding


def may_be_chance(
    y: Codes, prediction: Prediction, config: EvaluationConfig, seed: int
) -> bool:
    """Tell whether a model may predict no better than one that knows nothing.

    A model that knows nothing can still be made to score higher: macro-F1 rises when it
    begins to name the rare class at random, and log loss when its guesses grow timid.
    No balanced data has helped it.

    Classes are shuffled among the rows, predictions stay: a permutation test, exact for
    any number of rows. Metrics of labels are tried by the balanced accuracy of the
    labels, all others by the area under the ROC curve, both of which are the same for
    every way to guess.

    Args:
        y: True class codes, shape (n,), two or more classes.
        prediction: What the model says of them.
        config: Its metric chooses the test, its confidence the level.
        seed: Any non-negative integer.

    Returns:
        Whether one in (1 - confidence) / 2 shuffles or more does as well.

    Source: Ojala and Garriga (2010), https://jmlr.org/papers/v11/ojala10a.html
    """
    rng, tail = np.random.default_rng(seed), (1 - config.confidence) / 2
    shuffles = max(_LEAST, math.ceil(10 / tail))
    if config.metric in BY_LABEL:
        found, drawn = _of_labels(y, prediction.codes, shuffles, rng)
    else:
        found, drawn = _of_ranks(y, prediction.probabilities, shuffles, rng)
    as_good = 1 + int((drawn >= found - _EVEN).sum())
    return as_good > tail * (1 + shuffles)


def _of_labels(
    y: Codes, codes: Codes, shuffles: int, rng: Generator
) -> tuple[float, Floats]:
    """Draw confusion matrices with the same margins."""
    classes = 1 + int(max(y.max(), codes.max()))
    support, claims = (np.bincount(of, minlength=classes) for of in (y, codes))
    seen = support > 0
    tables = random_table(support, claims, seed=rng).rvs(shuffles)
    drawn = np.diagonal(tables, axis1=1, axis2=2)[:, seen] / support[seen]
    hits = np.bincount(y[y == codes], minlength=classes)
    return float((hits[seen] / support[seen]).mean()), drawn.mean(axis=1)


def _of_ranks(
    y: Codes, probabilities: Floats, shuffles: int, rng: Generator
) -> tuple[float, Floats]:
    """Shuffle the classes, and add up the ranks of each one's rows."""
    support = np.bincount(y, minlength=probabilities.shape[1])
    seen = np.flatnonzero(support)
    ranks = {code: rankdata(probabilities[:, code]) for code in seen.tolist()}
    scale = {code: support[code] * (len(y) - support[code]) for code in ranks}

    def score(codes: Codes) -> float:
        """Give the mean area, less what is the same for all shuffles."""
        areas = [ranks[code][codes == code].sum() / scale[code] for code in ranks]
        return float(np.mean(areas))

    drawn = [score(rng.permutation(y)) for _ in range(shuffles)]
    return score(y), np.array(drawn)
