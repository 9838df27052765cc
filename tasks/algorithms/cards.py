"""What the cards and tables of the Prefect UI say, fit to the room they have there.

The whole tables are in tables, whole sentences in wording, the page in rendering.
"""

import math
from collections.abc import Sequence

from schemas.records import Evaluation, Rejection, ResamplePlan
from tasks.algorithms.captions import shorten
from tasks.algorithms.tables import (
    METRICS,
    Row,
    class_rows,
    largest_first,
    rows_before,
    score_rows,
)

_LABEL = 40  # cells of a label
_FATES = ("Synthetic", "Duplicated", "Dropped", "Holdout", "Rejected")


def verdict_line(evaluation: Evaluation | None) -> str:
    """Say what came of balancing, in the width of a card.

    Args:
        evaluation: None when nothing was judged.

    Returns:
        Some 40 characters, such as ``Helped: macro-F1 0.710 → 0.785``.
    """
    if evaluation is None or not evaluation.models:
        return "Not evaluated"
    scores = {
        model.name: getattr(model.scores, evaluation.metric)
        for model in evaluation.models
    }
    metric, _ = METRICS[evaluation.metric]
    before, after = (_score(scores.get(name)) for name in ("baseline", "balanced"))
    return f"{evaluation.verdict.capitalize()}: {metric} {before} → {after}"


def decision_line(plan: ResamplePlan) -> str:
    """Say what was done, in the width of a card.

    Args:
        plan: As decided.

    Returns:
        Strategy, and training rows before and after.
    """
    before, after = plan.before.rows, plan.after.rows
    return f"{plan.decision.strategy}: {before:,} → {after:,} training rows"


def ratio_line(plan: ResamplePlan) -> str:
    """Say how imbalanced the training rows were and are, in the width of a card."""
    before, after = plan.before.imbalance_ratio, plan.after.imbalance_ratio
    return f"Imbalance ratio: {before:.1f} → {after:.1f}"


def class_table(plan: ResamplePlan, rejections: Sequence[Rejection] = ()) -> list[Row]:
    """Tell what becomes of the training rows of each class, largest class first.

    Args:
        plan: What becomes of each class.
        rejections: Rows that broke the contract.

    Returns:
        A row for each class. Columns of zeros alone are left out: the UI shows some
        eight columns, and hides the others.
    """
    whole = class_rows(plan, rejections)
    told = [name for name in _FATES if any(row[name] for row in whole)]
    return [
        {
            "Class": shorten(one.label, _LABEL),
            "Train before": rows_before(one),
            "Train after": one.train,
            "Share before": _percent(row["Prior before"]),
            "Share after": _percent(row["Prior after"]),
            **{name: row[name] for name in told},
        }
        for one, row in zip(largest_first(plan), whole, strict=True)
    ]


def score_table(evaluation: Evaluation) -> list[Row]:
    """Compare the models in every metric, as text of equal digits.

    Args:
        evaluation: Models in the order of the columns.

    Returns:
        A row for each metric.
    """
    return [
        {
            column: value if isinstance(value, str) else _score(value)
            for column, value in row.items()
        }
        for row in score_rows(evaluation)
    ]


def _score(value: float | None) -> str:
    defined = value is not None and math.isfinite(value)
    return f"{value:.3f}" if defined else "undefined"


def _percent(value: str | float | None) -> str:
    return f"{value:.1%}" if isinstance(value, float) else str(value)
