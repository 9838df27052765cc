"""The tables of the report as rows: plain values, None for what is undefined.

Numbers are rounded here to what a reader needs; how they look lives in rendering. The
rows of classes are made in fates.
"""

import math
from collections.abc import Sequence

from schemas.evaluation import Metric
from schemas.plan import ResamplePlan
from schemas.survey import Rejection
from schemas.verdict import ClassReport, Evaluation, ModelEvaluation
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
_NO_SUMS = {"Weight"}  # of one row of a class


def without_zeros(rows: Sequence[Row]) -> list[Row]:
    """Leave out the columns that are 0 in every row, so that a table stays narrow."""
    told = [name for name in rows[0] if any(row[name] != 0 for row in rows)]
    return [{name: row[name] for name in told} for row in rows]


def total_row(rows: Sequence[Row], name: str = "All classes") -> Row:
    """Add up rows whose first column is a name.

    Args:
        rows: One or more.
        name: Of the row.

    Returns:
        The sum of each column; nothing where a column is text, or has no sum.

    >>> total_row([{"Class": "a", "Train": 2}, {"Class": "b", "Train": 3}])
    {'Class': 'All classes', 'Train': 5}
    >>> total_row([{"Class": "a", "Weight": 0.5}, {"Class": "b", "Weight": 2.0}])
    {'Class': 'All classes', 'Weight': None}
    """
    first, *columns = rows[0]
    return {first: name, **{column: _sum(rows, column) for column in columns}}


def _sum(rows: Sequence[Row], column: str) -> str | float | None:
    values = [row[column] for row in rows]
    if column in _NO_SUMS:
        return None
    if any(isinstance(value, str) for value in values):
        return ""
    return sum(value for value in values if isinstance(value, int | float))


def cut(rows: Sequence[Row], first: int, last: int = 0) -> list[Row]:
    """Leave out the middle of a long table, and say how many rows it had.

    Args:
        rows: With a name in their first column.
        first: Rows kept at the top.
        last: Rows kept at the bottom.

    Returns:
        At most ``first + last + 1`` rows; one has the sums of those left out.

    >>> cut([{"Class": name, "Train": 2} for name in "abcd"], 1, 1)[1]
    {'Class': '(2 more)', 'Train': 4}
    """
    end = len(rows) - last
    if first >= end:
        return list(rows)
    more = total_row(rows[first:end], f"({end - first:,} more)")
    return [*rows[:first], more, *rows[end:]]


def first(rows: Sequence[Row], most: int) -> list[Row]:
    """Leave out the end of a long table that nothing can be added up of.

    Args:
        rows: With a name in their first column.
        most: Rows kept.

    Returns:
        At most ``most + 1`` rows; the last says how many more there were.

    >>> first([{"Class": name, "F1": 0.5} for name in "abc"], 1)[1]
    {'Class': '(2 more)', 'F1': None}
    """
    more = len(rows) - most
    if more <= 0:
        return list(rows)
    name, *others = rows[0]
    return [*rows[:most], {name: f"({more:,} more)", **dict.fromkeys(others)}]


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
            model_name(model): finite(getattr(model.scores, metric))
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
    models = [one for one in evaluation.models if one.name in {"baseline", "balanced"}]
    reports = zip(*(model.per_class for model in models), strict=True)
    return [_compare(models, by_model) for by_model in reports]


def measure_rows(plan: ResamplePlan) -> list[Row]:
    """Compare the measures of imbalance before and after, each with what it says."""
    return [
        {
            "Measure": name,
            "Before": finite(getattr(plan.before, field)),
            "After": finite(getattr(plan.after, field)),
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
            row[f"{score} {model.name}"] = finite(getattr(report, score.lower()))
    return row


def finite(value: float | None) -> float | None:
    """Round a number to what a reader needs; None where it is undefined."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")
