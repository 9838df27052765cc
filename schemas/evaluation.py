"""How balancing is judged, as a user asks for it."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Frozen


class EvaluatorKind(StrEnum):
    """The model that is trained as-is and as-balanced."""

    RANDOM_FOREST = "random_forest"
    KNN = "knn"
    LOGISTIC_REGRESSION = "logistic_regression"
    HIST_GRADIENT_BOOSTING = "hist_gradient_boosting"
    XGBOOST = "xgboost"
    BALANCED_RANDOM_FOREST = "balanced_random_forest"
    EASY_ENSEMBLE = "easy_ensemble"
    RUS_BOOST = "rus_boost"
    NONE = "none"


class Encoding(StrEnum):
    """What a model sees of a category."""

    AUTO = "auto"
    ORDINAL = "ordinal"
    ONE_HOT = "one_hot"


class Metric(StrEnum):
    """The primary metric; the verdict rests on it."""

    MACRO_F1 = "macro_f1"
    BALANCED_ACCURACY = "balanced_accuracy"
    G_MEAN = "g_mean"
    MCC = "mcc"
    ROC_AUC = "roc_auc"
    AVERAGE_PRECISION = "average_precision"
    BRIER = "brier"
    LOG_LOSS = "log_loss"


class EvaluationConfig(Frozen):
    """How balancing is judged, on the untouched holdout."""

    evaluator: EvaluatorKind = Field(
        default=EvaluatorKind.RANDOM_FOREST, title="Evaluator"
    )
    """The model trained on the data as it was and as balanced; none skips it."""

    metric: Metric = Metric.MACRO_F1
    """The verdict rests on the difference of this metric."""

    trees: int = Field(default=100, ge=1)
    """Trees of the forest, or rounds of boosting; those of easy_ensemble all told."""

    encoding: Encoding = Encoding.AUTO
    """What the model sees of a category: an ordinal code, or a one_hot column for each
    of its 50 most frequent levels; auto is one_hot for logistic regression alone."""

    max_rows: int = Field(default=100_000, ge=10)
    """Rows used of the larger training set, and of the holdout, about: a seeded sample.
    Of the other training set as large a share, or it would know more of the source."""

    resamples: int = Field(default=1_000, ge=100)
    """Paired bootstrap resamples of the holdout behind the interval."""

    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """Level of the interval of the difference."""
