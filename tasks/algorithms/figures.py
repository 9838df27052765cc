"""The pictures of the report as SVG. How they are painted lives in painting."""

import math
from collections.abc import Sequence
from functools import partial

from schemas.plan import ResamplePlan
from schemas.verdict import Evaluation
from tasks.algorithms import canvas, painting
from tasks.algorithms.fates import ClassFate, largest_first

_WIDTH = 7.5  # inches: 720 pixels
_HALF = (4.8, 4.0)  # two of them stand side by side
_BARS_UP_TO = 40  # classes; of more, the largest and the smallest are shown


def draw(plan: ResamplePlan, evaluation: Evaluation | None) -> dict[str, bytes]:
    """Draw every figure there is evidence for.

    Args:
        plan: What becomes of each class.
        evaluation: None, or without models, when nothing was judged.

    Returns:
        SVG by name: distribution and, with an evaluation, difference, confusion,
        precision_recall and calibration.
    """
    figures = {"distribution": distribution(plan.classes)}
    if evaluation is None or not evaluation.models:
        return figures
    if math.isfinite(evaluation.difference):
        figures["difference"] = difference(evaluation)
    return figures | {
        "confusion": confusion(evaluation),
        "precision_recall": precision_recall(evaluation),
        "calibration": calibration(evaluation),
    }


def distribution(classes: Sequence[ClassFate]) -> bytes:
    """Draw the training rows of each class before and after, largest class first.

    Args:
        classes: One or more.

    Returns:
        SVG with two bars for each class: the rows before; the real, duplicated and
        synthetic rows after.
    """
    shown = largest_first(classes)
    if len(shown) > _BARS_UP_TO:
        half = _BARS_UP_TO // 2
        shown = shown[:half] + shown[-half:]
    return canvas.svg(
        _WIDTH, 1.05 + 0.42 * len(shown), partial(painting.bars, classes=shown)
    )


def difference(evaluation: Evaluation) -> bytes:
    """Draw the difference in the primary metric, with its interval, against zero.

    Args:
        evaluation: Its difference is positive where balancing is better.

    Returns:
        SVG of one dot on one line.
    """
    return canvas.svg(_WIDTH, 1.4, partial(painting.interval, evaluation=evaluation))


def confusion(evaluation: Evaluation) -> bytes:
    """Draw the confusion matrices of the baseline and of the balanced model.

    Args:
        evaluation: Its matrices are square, rows true, in the order of its labels.

    Returns:
        SVG of matrices shaded by share of the true class, with counts if they fit.
    """
    height = 1.2 + max(1.8, 0.2 * len(evaluation.labels))
    return canvas.svg(_WIDTH, height, partial(painting.matrices, evaluation=evaluation))


def precision_recall(evaluation: Evaluation) -> bytes:
    """Draw precision over recall of the minority class.

    Args:
        evaluation: Two models, and the support of each class.

    Returns:
        SVG of a curve for each model, and the precision of guessing.
    """
    return canvas.svg(*_HALF, partial(painting.precision_recall, evaluation=evaluation))


def calibration(evaluation: Evaluation) -> bytes:
    """Draw how often the minority class occurs where a model expects it.

    Args:
        evaluation: Baseline, balanced, and what a remedy made of the latter's.

    Returns:
        SVG of a curve for each model, and the diagonal on which no model errs.
    """
    return canvas.svg(*_HALF, partial(painting.calibration, evaluation=evaluation))
