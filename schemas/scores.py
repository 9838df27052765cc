"""What a model is worth on rows it did not see, in numbers and as curves."""

from schemas.base import Frozen


class Scores(Frozen):
    """All metrics of one model on the holdout; None where undefined."""

    macro_f1: float
    balanced_accuracy: float
    g_mean: float
    mcc: float
    roc_auc: float | None
    average_precision: float | None
    brier: float
    log_loss: float


class Curve(Frozen):
    """Points of a curve, both axes in 0..1."""

    x: tuple[float, ...]
    y: tuple[float, ...]
