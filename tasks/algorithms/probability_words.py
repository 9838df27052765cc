"""Whether a balanced model's probabilities can be believed, in a sentence.

How they are brought back is in remedies, and when the formula suffices in calibration.
"""

from schemas.evaluation import Metric
from schemas.verdict import Evaluation, ModelEvaluation
from tasks.algorithms.tables import METRICS

REMEDIES = {
    "corrected": "Corrected by the formula",
    "calibrated": "Calibrated on training rows that were set aside",
}
_JUDGED = (Metric.BRIER, Metric.LOG_LOSS)


def remedy_tried(evaluation: Evaluation | None) -> str | None:
    """Name the remedy that an evaluation tried; None if there is none."""
    names = [model.name for model in evaluation.models] if evaluation else []
    return next((name for name in names if name in REMEDIES), None)


def probability_sentence(evaluation: Evaluation | None) -> str:
    """Tell what balancing did to probabilities, and what a remedy made of them.

    Args:
        evaluation: None when nothing was judged.

    Returns:
        Plain text; empty if no remedy was tried.
    """
    tried = remedy_tried(evaluation)
    if evaluation is None or tried is None:
        return ""
    models = {model.name: model for model in evaluation.models}
    balanced, remedied = models["balanced"], models[tried]
    return (
        f"On the holdout the probabilities of the balanced model have a "
        f"{_both(balanced)}, those of the baseline a {_both(models['baseline'])}. "
        f"{REMEDIES[tried]}, they have a {_both(remedied)}: "
        f"{_judgement(balanced, remedied)}."
    )


def _both(model: ModelEvaluation) -> str:
    return " and a ".join(
        f"{METRICS[metric][0]} of {_score(model, metric):.3f}" for metric in _JUDGED
    )


def _judgement(before: ModelEvaluation, after: ModelEvaluation) -> str:
    better = [
        METRICS[metric][0]
        for metric in _JUDGED
        if _score(after, metric) < _score(before, metric)
    ]
    if len(better) == len(_JUDGED):
        return "better in both"
    return f"better in the {better[0]} alone" if better else "better in neither"


def _score(model: ModelEvaluation, metric: Metric) -> float:
    return float(getattr(model.scores, metric))
