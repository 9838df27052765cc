"""What balancing did to a model, as measured on the holdout."""

from typing import Literal

from schemas.base import Frozen
from schemas.evaluation import EvaluatorKind, Metric
from schemas.scores import Curve, Scores
from schemas.survey import Count

Verdict = Literal["helped", "no difference", "hurt", "not evaluated"]


class ClassReport(Frozen):
    """Precision, recall and F1 of one class."""

    label: str
    precision: float
    recall: float
    f1: float
    support: Count


class ModelEvaluation(Frozen):
    """One model on the holdout."""

    name: str
    """baseline, threshold_moved, balanced; then corrected (balanced, with the real
    priors by the formula) or calibrated (balanced, without the rows that it was
    calibrated on), where it is either."""
    train_rows: Count
    """Rows it was trained on, after the cap."""
    scores: Scores
    per_class: tuple[ClassReport, ...]
    confusion: tuple[tuple[Count, ...], ...]
    """Rows true, columns predicted, in label order."""
    precision_recall: Curve
    """Of the minority class: x recall, y precision."""
    calibration: Curve
    """Of the minority class: x mean predicted probability, y observed share."""


class Evaluation(Frozen):
    """The data as it was against the data as balanced, on the same holdout."""

    evaluator: EvaluatorKind
    metric: Metric
    labels: tuple[str, ...]
    """Classes known to the models, in the order of the confusion matrices."""
    minority: str
    holdout_rows: Count
    capped: bool
    """Whether max_rows cut the training set or the holdout."""
    accelerated: bool = False
    """Whether scikit-learn-intelex trained the models, not scikit-learn."""
    models: tuple[ModelEvaluation, ...]
    difference: float
    """Balanced minus baseline in the primary metric, so that positive is better."""
    interval: tuple[float, float]
    confidence: float
    verdict: Verdict
    notes: tuple[str, ...] = ()
