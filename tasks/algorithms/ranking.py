"""Metrics of the order in which a model puts rows, under any row weights.

Metrics of predicted classes and losses live in metrics.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tasks.algorithms.labels import Codes

Floats = npt.NDArray[np.float64]
Area = Callable[[Floats, Floats], float]


def macro(area: Area, y: Codes, probabilities: Floats) -> Callable[[Floats], float]:
    """Sort once, then average over classes, one against the rest, for any weights.

    Args:
        area: `roc_auc` or `average_precision`.
        y: True class codes, shape (n,), two or more classes.
        probabilities: Of each class, shape (n, K).

    Returns:
        A function of row weights, shape (n,), not all 0 in any class with rows: the
        mean over the classes with rows. For two classes the area under the ROC curve
        is the ordinary one; the average precision is the mean of both.
    """
    classes = np.unique(y)
    if area is roc_auc and probabilities.shape[1] == 2:  # noqa: PLR2004 - binary
        classes = classes[1:]  # the mirror image, but for ties lost to rounding
    areas = [_weighted(area, y == c, probabilities[:, c]) for c in classes]
    return lambda weights: sum(one(weights) for one in areas) / len(areas)


def roc_auc(positives: Floats, negatives: Floats) -> float:
    """Chance that a positive row is put above a negative one; a tie counts half.

    Args:
        positives: Weight of positive rows at each level of score, ascending.
        negatives: Weight of negative rows at each level.

    Returns:
        0..1.

    Source: Hanley and McNeil (1982), https://doi.org/10.1148/radiology.143.1.7063747

    >>> roc_auc(np.array([0.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0]))
    0.875
    """
    below = np.cumsum(negatives) - negatives / 2
    won = float((positives * below).sum())  # @ differs by threads in the last bits
    return won / float(positives.sum() * negatives.sum())


def average_precision(positives: Floats, negatives: Floats) -> float:
    """Mean precision over positive rows, each at its own level, not interpolated.

    Args:
        positives: Weight of positive rows at each level of score, ascending.
        negatives: Weight of negative rows at each level.

    Returns:
        0..1; the share of positives for a constant score.

    Source: scikit-learn's average_precision_score;
    https://scikit-learn.org/stable/modules/model_evaluation.html#precision-recall

    >>> average_precision(np.array([1.0, 1.0]), np.array([1.0, 0.0]))
    0.8333333333333333
    """
    hits = np.cumsum(positives[::-1])
    claims = np.cumsum((positives + negatives)[::-1])
    precision = np.divide(hits, claims, out=np.zeros_like(hits), where=claims > 0)
    return float((positives[::-1] * precision).sum() / hits[-1])


def at_levels(
    positive: npt.NDArray[np.bool_], values: Floats
) -> Callable[[Floats], tuple[Floats, Floats]]:
    """Sort scores once, to weigh positives and negatives at each distinct score.

    Args:
        positive: Shape (n,).
        values: Scores, shape (n,).

    Returns:
        A function of row weights, shape (n,), that returns the weights of positives
        and of negatives at each level, ascending.
    """
    distinct, level = np.unique(values, return_inverse=True)
    own = level[positive]

    def weigh(weights: Floats) -> tuple[Floats, Floats]:
        positives = summed(own, weights[positive], len(distinct))
        return positives, summed(level, weights, len(distinct)) - positives

    return weigh


def _weighted(
    area: Area, positive: npt.NDArray[np.bool_], values: Floats
) -> Callable[[Floats], float]:
    weigh = at_levels(positive, values)
    return lambda weights: area(*weigh(weights))


def summed(groups: npt.NDArray[np.integer], weights: Floats, size: int) -> Floats:
    """Add up the weights of each of so many groups, numbered from 0."""
    return np.bincount(groups, weights, size).astype(np.float64, copy=False)
