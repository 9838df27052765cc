"""The estimators behind each evaluator. What goes before them is in models."""

from multiprocessing import cpu_count

from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from schemas.config import EvaluatorKind
from schemas.errors import UserError

NEIGHBORS = 5


def can_accelerate(evaluator: EvaluatorKind) -> bool:
    """Tell whether the accelerated scikit-learn is used for an evaluator.

    For the forest alone: on 80,000 rows of 20 columns 100 trees take 4 s of CPU time
    instead of 53 s, for the same bytes on 1, 2 and 7 threads.

    Args:
        evaluator: Any.

    Returns:
        True for the forest.
    """
    return evaluator is EvaluatorKind.RANDOM_FOREST


def classifier(
    evaluator: EvaluatorKind, trees: int, seed: int, *, accelerate: bool = False
) -> BaseEstimator:
    """Make an unfitted estimator.

    Args:
        evaluator: Any but none.
        trees: Trees of the forest, or rounds of boosting.
        seed: 0 <= seed < 2**32.
        accelerate: Let scikit-learn-intelex, which must be installed, train what it
            can.

    Raises:
        UserError: The evaluator's package is not installed.
        ValueError: The evaluator is none.
    """
    if accelerate and can_accelerate(evaluator):
        return _accelerated_forest(trees, seed)
    return _stock(evaluator, trees, seed)


def _stock(evaluator: EvaluatorKind, trees: int, seed: int) -> BaseEstimator:
    match evaluator:
        case EvaluatorKind.RANDOM_FOREST:
            return RandomForestClassifier(trees, random_state=seed, n_jobs=-1)
        case EvaluatorKind.KNN:
            return KNeighborsClassifier(NEIGHBORS)
        case EvaluatorKind.LOGISTIC_REGRESSION:
            return LogisticRegression(max_iter=1_000)
        case EvaluatorKind.HIST_GRADIENT_BOOSTING:
            # Early stopping would set rows aside at 10,000 rows, so on one side only.
            return HistGradientBoostingClassifier(
                max_iter=trees, early_stopping=False, random_state=seed
            )
        case EvaluatorKind.XGBOOST:
            return _xgboost(trees, seed)
        case EvaluatorKind.NONE:
            raise ValueError("evaluator none has no model")


def _accelerated_forest(trees: int, seed: int) -> BaseEstimator:
    from sklearnex import ensemble  # noqa: PLC0415 - an optional extra, slow to import

    # As a number: -1 would be cut down to the one thread that OpenMP is let use here.
    return ensemble.RandomForestClassifier(trees, random_state=seed, n_jobs=cpu_count())


def _xgboost(trees: int, seed: int) -> BaseEstimator:
    try:
        from xgboost import XGBClassifier  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise UserError(
            "evaluator xgboost needs a package that is not installed: "
            "pip install 'evenkeel[xgboost]', or choose another evaluation.evaluator"
        ) from error
    return XGBClassifier(n_estimators=trees, random_state=seed, n_jobs=1)
