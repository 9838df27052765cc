"""The tables of the report as rows: plain values, None for what is undefined.

Numbers are rounded here to what a reader needs; how they look lives in rendering.
"""

import math
from collections.abc import Sequence

from schemas.config import Metric
from schemas.records import (
    ClassPlan,
    ClassReport,
    Evaluation,
    ModelEvaluation,
    Rejection,
    ResamplePlan,
)
from tasks.algorithms.captions import printable

Row = dict[str, str | int | float | None]

METRICS = {
    Metric.MACRO_F1: ("macro-F1", "higher"),
    Metric.BALANCED_ACCURACY: ("balanced accuracy", "higher"),
    Metric.G_MEAN: ("G-mean", "higher"),
    Metric.MCC: ("Matthews correlation", "higher"),
    Metric.ROC_AUC: ("ROC-AUC", "higher"),
    Metric.AVERAGE_PRECISION: ("average precision", "higher"),
    Metric.BRIER: ("Brier score", "lower"),
    Metric.LOG_LOSS: ("log loss", "lower"),
}
"""Name of each metric, and which direction is better."""

_MEASURES = {
    "imbalance_ratio": (
        "Imbalance ratio",
        "largest class over smallest; balanced is 1",
    ),
    "minority_share": ("Minority share", "share of the smallest class"),
    "pielou_j": (
        "Evenness (Pielou J)",
        "entropy over the most it can be; balanced is 1",
    ),
    "hill_1": ("Hill number 1", "effective number of classes, by entropy"),
    "hill_2": ("Hill number 2", "effective number of classes, rare ones hardly count"),
    "gini_simpson": (
        "Gini-Simpson",
        "chance that two rows differ in class, over the most it can be; balanced is 1",
    ),
    "total_variation": (
        "Total variation",
        "share of rows that would have to change class; balanced is 0",
    ),
    "imbalance_degree": (
        "Imbalance degree",
        "number of minority classes less one, plus how far they are; balanced is 0",
    ),
    "lrid": (
        "Likelihood-ratio imbalance (LRID)",
        "evidence against even classes, grows with the rows; balanced is 0",
    ),
    "p_value": ("p-value of LRID", "chance of such counts if classes were even"),
}
_DIGITS = 6  # significant


def class_rows(plan: ResamplePlan, rejections: Sequence[Rejection] = ()) -> list[Row]:
    """Tell what becomes of the rows of each class, largest class first.

    Args:
        plan: What becomes of each class.
        rejections: Rows that broke the contract; those of other labels are left out.

    Returns:
        A row for each class. Priors are shares of the training rows.
    """
    before = max(1, sum(map(rows_before, plan.classes)))
    after = max(1, sum(one.train for one in plan.classes))
    return [
        {
            "Class": printable(one.label),
            "Source": one.source,
            "Rejected": sum(r.rows for r in rejections if r.label == one.label),
            "Holdout": one.holdout,
            "Kept": one.kept,
            "Dropped": one.dropped,
            "Duplicated": one.duplicated,
            "Synthetic": one.synthetic,
            "Train": one.train,
            "Prior before": _finite(rows_before(one) / before),
            "Prior after": _finite(one.train / after),
        }
        for one in largest_first(plan)
    ]


def without_zeros(rows: Sequence[Row]) -> list[Row]:
    """Leave out the columns that are 0 in every row, so that a table stays narrow."""
    told = [name for name in rows[0] if any(row[name] != 0 for row in rows)]
    return [{name: row[name] for name in told} for row in rows]


def total_row(rows: Sequence[Row]) -> Row:
    """Add up rows whose first column is a name and all others are numbers.

    >>> total_row([{"Class": "a", "Train": 2}, {"Class": "b", "Train": 3}])
    {'Class': 'All classes', 'Train': 5}
    """
    name, *columns = rows[0]
    sums = {
        column: sum(n for row in rows if isinstance(n := row[column], int | float))
        for column in columns
    }
    return {name: "All classes", **sums}


def score_rows(evaluation: Evaluation) -> list[Row]:
    """Compare the models in every metric.

    Args:
        evaluation: Models in the order of the columns.

    Returns:
        A row for each metric, with the direction that is better.
    """
    return [
        {"Metric": name, "Better": better}
        | {
            model_name(model): _finite(getattr(model.scores, metric))
            for model in evaluation.models
        }
        for metric, (name, better) in METRICS.items()
    ]


def per_class_rows(evaluation: Evaluation) -> list[Row]:
    """Compare baseline and balanced model class by class.

    Args:
        evaluation: Models with their reports in the same order of classes.

    Returns:
        A row for each class: holdout rows, then F1, recall and precision of each model.
    """
    models = [one for one in evaluation.models if one.name != "threshold_moved"]
    reports = zip(*(model.per_class for model in models), strict=True)
    return [_compare(models, by_model) for by_model in reports]


def measure_rows(plan: ResamplePlan) -> list[Row]:
    """Compare the measures of imbalance before and after, each with what it says."""
    return [
        {
            "Measure": name,
            "Before": _finite(getattr(plan.before, field)),
            "After": _finite(getattr(plan.after, field)),
            "What it says": meaning,
        }
        for field, (name, meaning) in _MEASURES.items()
    ]


def rejection_rows(rejections: Sequence[Rejection]) -> list[Row]:
    """List the rows that broke the contract, by reason and label, most rows first."""
    return [
        {"Reason": one.reason, "Label": printable(one.label), "Rows": one.rows}
        for one in sorted(rejections, key=lambda one: one.rows, reverse=True)
    ]


def largest_first(plan: ResamplePlan) -> list[ClassPlan]:
    """Sort classes by their training rows before; ties stay in label order."""
    return sorted(plan.classes, key=rows_before, reverse=True)


def rows_before(plan: ClassPlan) -> int:
    """Count the training rows of a class as they were."""
    return plan.kept + plan.dropped


def model_name(model: ModelEvaluation) -> str:
    """Name a model for readers."""
    return model.name.replace("_", " ").capitalize()


def _compare(models: Sequence[ModelEvaluation], reports: Sequence[ClassReport]) -> Row:
    row: Row = {
        "Class": printable(reports[0].label),
        "Holdout rows": reports[0].support,
    }
    for score in ("F1", "Recall", "Precision"):
        for model, report in zip(models, reports, strict=True):
            row[f"{score} {model.name}"] = _finite(getattr(report, score.lower()))
    return row


def _finite(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")
