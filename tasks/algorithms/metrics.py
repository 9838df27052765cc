"""Scores of one model on a holdout. Ranks, curves and intervals have their own modules.

Macro averages run over the classes that have rows in the holdout: nothing can be said
of the others. y and predicted are class codes 0..K-1 of shape (n,), n at least 1;
probabilities have shape (n, K).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from schemas.evaluation import Metric
from schemas.scores import Scores
from schemas.verdict import ClassReport
from tasks.algorithms.labels import Codes
from tasks.algorithms.ranking import average_precision, macro, roc_auc

Floats = npt.NDArray[np.float64]
Tally = tuple[Floats, Floats, Floats]
"""Hits, claims (predictions) and support (true rows) of each class, (..., K) each."""


def scores(y: Codes, probabilities: Floats, predicted: Codes) -> Scores:
    """Score predictions with every metric.

    Args:
        y: True classes.
        probabilities: Of each class, rows sum to 1.
        predicted: Predicted classes, whatever the rule that chose them.

    Returns:
        All metrics; roc_auc and average_precision None where y holds one class.
    """
    counts = tally(y, predicted, probabilities.shape[1])
    ranked = bool(np.ptp(y))
    every_row = np.ones(len(y))
    return Scores(
        macro_f1=float(macro_f1(counts)),
        balanced_accuracy=float(balanced_accuracy(counts)),
        g_mean=float(g_mean(counts)),
        mcc=float(mcc(counts)),
        roc_auc=macro(roc_auc, y, probabilities)(every_row) if ranked else None,
        average_precision=(
            macro(average_precision, y, probabilities)(every_row) if ranked else None
        ),
        brier=float(brier(y, probabilities).mean()),
        log_loss=float(log_loss(y, probabilities).mean()),
    )


def confusion(y: Codes, predicted: Codes, classes: int) -> tuple[tuple[int, ...], ...]:
    """Count rows by true class (rows) and predicted class (columns).

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    ((1, 1), (0, 1))
    """
    cells = np.bincount(y * classes + predicted, minlength=classes**2)
    return tuple(tuple(row) for row in cells.reshape(classes, classes).tolist())


def per_class(
    y: Codes, predicted: Codes, labels: Sequence[str]
) -> tuple[ClassReport, ...]:
    """Report precision, recall and F1 of each class; 0 where undefined.

    Args:
        y: True classes.
        predicted: Predicted classes.
        labels: The K labels, in the order of their codes.

    Returns:
        One report for each label.
    """
    hits, claims, support = tally(y, predicted, len(labels))
    precision, recall = _ratio(hits, claims), _ratio(hits, support)
    f1 = _ratio(2 * hits, claims + support)
    return tuple(
        ClassReport(label=label, precision=p, recall=r, f1=f, support=int(n))
        for label, p, r, f, n in zip(
            labels, precision, recall, f1, support, strict=True
        )
    )


def tally(y: Codes, predicted: Codes, classes: int) -> Tally:
    """Count all that the metrics of predicted classes rest on."""
    return (
        np.bincount(y[y == predicted], minlength=classes).astype(np.float64),
        np.bincount(predicted, minlength=classes).astype(np.float64),
        np.bincount(y, minlength=classes).astype(np.float64),
    )


def macro_f1(counts: Tally) -> Floats:
    """Mean F1 of the classes with rows, shape (...): one value for each tally.

    Source: the mean of F1s, see Opitz and Burst (2019), https://arxiv.org/abs/1911.03347
    """
    hits, claims, support = counts
    seen = support > 0
    return _mean(2 * hits[..., seen] / (claims[..., seen] + support[seen]))


def balanced_accuracy(counts: Tally) -> Floats:
    """Mean recall of the classes with rows, shape (...).

    Source: Brodersen et al. (2010), https://doi.org/10.1109/ICPR.2010.764
    """
    return _mean(_recalls(counts))


def g_mean(counts: Tally) -> Floats:
    """Geometric mean of the recalls of the classes with rows; 0 if one of them is.

    Source: Kubat and Matwin (1997), Addressing the Curse of Imbalanced Training Sets.
    """
    recalls = _recalls(counts)
    return np.asarray((recalls ** (1 / recalls.shape[-1])).prod(axis=-1))


def mcc(counts: Tally) -> Floats:
    """Matthews correlation for K classes, -1..1; 0 where one side is constant.

    Source: Gorodkin (2004), https://doi.org/10.1016/j.compbiolchem.2004.09.006
    """
    hits, claims, support = counts
    rows = support.sum()
    both = hits.sum(axis=-1) * rows - claims @ support
    spread = (rows**2 - (claims**2).sum(axis=-1)) * (rows**2 - support @ support)
    return _ratio(both, np.sqrt(spread))


def brier(y: Codes, probabilities: Floats) -> Floats:
    """Squared error of each row, (n,); halved for two classes, as in scikit-learn.

    Source: Brier (1950), Verification of forecasts expressed in terms of probability.
    """
    classes = probabilities.shape[1]
    errors = ((np.eye(classes)[y] - probabilities) ** 2).sum(axis=1)
    return np.asarray(errors / 2 if classes == 2 else errors)  # noqa: PLR2004 - binary


def log_loss(y: Codes, probabilities: Floats) -> Floats:
    """Negative log-likelihood of each row in nats, (n,), clipped to stay finite."""
    epsilon = float(np.finfo(np.float64).eps)
    own = probabilities[np.arange(len(y)), y]
    return np.asarray(-np.log(np.clip(own, epsilon, 1 - epsilon)))


BY_LABEL = {
    Metric.MACRO_F1: macro_f1,
    Metric.BALANCED_ACCURACY: balanced_accuracy,
    Metric.G_MEAN: g_mean,
    Metric.MCC: mcc,
}
LOSSES = {Metric.BRIER: brier, Metric.LOG_LOSS: log_loss}
RANKED = {Metric.ROC_AUC: roc_auc, Metric.AVERAGE_PRECISION: average_precision}


def _recalls(counts: Tally) -> Floats:
    hits, _, support = counts
    return np.asarray(hits[..., support > 0] / support[support > 0])


def _mean(values: Floats) -> Floats:
    return np.asarray(values.mean(axis=-1))


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
