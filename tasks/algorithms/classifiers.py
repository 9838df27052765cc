"""The estimators behind each evaluator. What goes before them is in models."""

from multiprocessing import cpu_count

from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    AdaBoostClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from schemas.errors import UserError
from schemas.evaluation import EvaluatorKind

NEIGHBORS = 5
BAGS = 10
"""Boosted models of an easy ensemble, which share its trees."""
_LEVELS = 3  # of boosted trees: stumps tell more than two classes hardly apart

_BALANCING = {
    EvaluatorKind.BALANCED_RANDOM_FOREST,
    EvaluatorKind.EASY_ENSEMBLE,
    EvaluatorKind.RUS_BOOST,
}


def balances_itself(evaluator: EvaluatorKind) -> bool:
    """Tell whether a model is trained on as many rows of each class, whatever it gets.

    Args:
        evaluator: Any.

    Returns:
        True for those that draw a balanced sample for each tree or round.
    """
    return evaluator in _BALANCING


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
        case (
            EvaluatorKind.BALANCED_RANDOM_FOREST
            | EvaluatorKind.EASY_ENSEMBLE
            | EvaluatorKind.RUS_BOOST
        ):
            return _balancing(evaluator, trees, seed)
        case EvaluatorKind.NONE:
            raise ValueError("evaluator none has no model")


def _accelerated_forest(trees: int, seed: int) -> BaseEstimator:
    from sklearnex import ensemble  # noqa: PLC0415 - an optional extra, slow to import

    # As a number: -1 would be cut down to the one thread that OpenMP is let use here.
    return ensemble.RandomForestClassifier(trees, random_state=seed, n_jobs=cpu_count())


def _balancing(evaluator: EvaluatorKind, trees: int, seed: int) -> BaseEstimator:
    """Make a model that undersamples for itself.

    Source: Chen, Liaw and Breiman (2004), Using random forest to learn imbalanced data;
    Liu, Wu and Zhou (2009), https://doi.org/10.1109/TSMCB.2008.2007853; Seiffert et al.
    (2010), https://doi.org/10.1109/TSMCA.2009.2029559
    """
    from imblearn import ensemble  # noqa: PLC0415 - a second that few runs need to pay

    if evaluator is EvaluatorKind.BALANCED_RANDOM_FOREST:
        return ensemble.BalancedRandomForestClassifier(
            trees, random_state=seed, n_jobs=-1
        )
    tree = DecisionTreeClassifier(max_depth=_LEVELS)
    if evaluator is EvaluatorKind.RUS_BOOST:
        return ensemble.RUSBoostClassifier(tree, n_estimators=trees, random_state=seed)
    boosted = AdaBoostClassifier(tree, n_estimators=-(-trees // BAGS))
    return ensemble.EasyEnsembleClassifier(BAGS, boosted, random_state=seed)


def _xgboost(trees: int, seed: int) -> BaseEstimator:
    try:
        from xgboost import XGBClassifier  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise UserError(
            "evaluator xgboost needs a package that is not installed: "
            "pip install 'evenkeel[xgboost]', or choose another evaluation.evaluator"
        ) from error
    return XGBClassifier(n_estimators=trees, random_state=seed, n_jobs=1)
