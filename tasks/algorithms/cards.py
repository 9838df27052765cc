"""What the cards and tables of the Prefect UI say, fit to the room they have there.

The whole tables are in tables, whole sentences in wording, the page in rendering.
"""

import math
from collections.abc import Sequence

from schemas.manifest import Manifest, ManifestClass
from schemas.plan import ResamplePlan
from schemas.records import Drift
from schemas.survey import Rejection
from schemas.verdict import Evaluation
from tasks.algorithms.captions import percent, shorten
from tasks.algorithms.drift_words import drift_rows
from tasks.algorithms.fates import ClassFate, class_rows
from tasks.algorithms.tables import METRICS, Row, cut, rejection_rows, score_rows
from tasks.algorithms.wording import strategy_name

_LABEL = 40  # cells of a label
_ROWS = 200  # of a table; more would make pages of hundreds of kilobytes
_FATES = ("Synthetic", "Duplicated", "Dropped", "Holdout", "Rejected")


def verdict_line(evaluation: Evaluation | None) -> str:
    """Say what came of balancing, in the width of a card.

    Args:
        evaluation: None when nothing was judged.

    Returns:
        Some 35 characters, such as ``Helped: 0.710 → 0.785 macro-F1``.
    """
    if evaluation is None or not evaluation.models:
        return "Not evaluated"
    scores = {
        model.name: getattr(model.scores, evaluation.metric)
        for model in evaluation.models
    }
    metric, _ = METRICS[evaluation.metric]
    before, after = (_score(scores.get(name)) for name in ("baseline", "balanced"))
    return f"{evaluation.verdict.capitalize()}: {before} → {after} {metric}"


def decision_line(plan: ResamplePlan) -> str:
    """Say what was done, in the width of a card.

    Args:
        plan: As decided.

    Returns:
        Strategy, and training rows before and after.
    """
    before, after = plan.before.rows, plan.after.rows
    return f"{strategy_name(plan)}: {before:,} → {after:,} rows"


def ratio_line(plan: ResamplePlan) -> str:
    """Say how imbalanced the training rows were and are, in the width of a card."""
    before, after = plan.before.imbalance_ratio, plan.after.imbalance_ratio
    return f"Imbalance ratio: {before:.1f} → {after:.1f}"


def quality_line(rows: int, rejections: Sequence[Rejection]) -> str:
    """Say how many rows broke the contract of the target, in the width of a card.

    Args:
        rows: Of the source.
        rejections: Rows that broke the contract.
    """
    rejected = sum(one.rows for one in rejections)
    if not rejected:
        return f"None of {rows:,} rows rejected"
    return f"{rejected:,} of {rows:,} rows rejected ({percent(rejected / rows)})"


def quality_table(rows: int, rejections: Sequence[Rejection]) -> list[Row]:
    """List the rows that broke the contract of the target, by reason and label.

    Args:
        rows: Of the source.
        rejections: Rows that broke the contract.

    Returns:
        A row for each reason and label, most rows first; one that says so when no row
        was rejected.
    """
    if not rejections:
        none: Row = {"Reason": "no row was rejected", "Label": "\N{EN DASH}", "Rows": 0}
        return [none | {"Share of rows": percent(0)}]
    return [
        {
            "Reason": row["Reason"],
            "Label": shorten(str(row["Label"]), _LABEL) if row["Label"] else "",
            "Rows": row["Rows"],
            "Share of rows": percent(float(row["Rows"] or 0) / rows),
        }
        for row in cut(rejection_rows(rejections), _ROWS)
    ]


def drift_table(drift: Drift | None) -> list[Row]:
    """Compare the classes of the source with those of the version before.

    Args:
        drift: None when there is no version to compare with.

    Returns:
        A row for each class, the largest change first; one that says so when there is
        nothing to compare with.
    """
    if drift is None:
        return [{"Note": "No earlier version to compare with"}]
    return cut(drift_rows(drift), _ROWS)


def accepted(manifest: Manifest) -> list[ManifestClass]:
    """List the classes of a version, labels and rows left out that were rejected."""
    return [
        one.model_copy(update={"source": one.source - one.rejected})
        for one in manifest.classes
        if one.source > one.rejected
    ]


def class_table(
    classes: Sequence[ClassFate],
    rejections: Sequence[Rejection] = (),
    most: int = _ROWS,
) -> list[Row]:
    """Tell what becomes of the training rows of each class, largest class first.

    Args:
        classes: What becomes of each class.
        rejections: Rows that broke the contract.
        most: Classes shown; of more, the middle is summed in a row.

    Returns:
        A row for each class. Columns of zeros alone are left out: the UI shows some
        eight columns, and hides the others.
    """
    whole = cut(class_rows(classes, rejections), most // 2, most // 2)
    told = [name for name in _FATES if any(row[name] for row in whole)]
    return [
        {
            "Class": shorten(str(row["Class"]), _LABEL),
            "Train before": int(row["Kept"] or 0) + int(row["Dropped"] or 0),
            "Train after": row["Train"],
            "Share before": percent(float(row["Prior before"] or 0)),
            "Share after": percent(float(row["Prior after"] or 0)),
            **{name: row[name] for name in told},
        }
        for row in whole
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
