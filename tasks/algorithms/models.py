"""The models that judge a training set: how they are made, fitted and asked.

The estimator, their last step, is made in classifiers; what they see of a table lives
in features; how they are scored, in metrics.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from schemas.errors import UserError
from schemas.evaluation import Encoding, EvaluatorKind
from schemas.survey import Column
from tasks.algorithms.classifiers import NEIGHBORS, balances_itself, classifier
from tasks.algorithms.columns import categorical, numeric
from tasks.algorithms.encoding import LEVELS, is_one_hot
from tasks.algorithms.labels import Codes
from tasks.algorithms.steady import steady

Floats = npt.NDArray[np.float64]
N = TypeVar("N", np.intp, np.float64)

_NOTHING = "worse than random"  # as RUSBoost says that it has learnt nothing
_SCALED = (EvaluatorKind.KNN, EvaluatorKind.LOGISTIC_REGRESSION)


def make(  # noqa: PLR0913 - all that makes a model what it is
    evaluator: EvaluatorKind,
    trees: int,
    seed: int,
    columns: Sequence[Column],
    *,
    encoding: Encoding = Encoding.AUTO,
    accelerate: bool = False,
) -> Pipeline:
    """Make an unfitted model whose every step learns from its training rows alone.

    Missing numbers become the median, for boosting as well: it would take them as they
    are, but not a column without any value. Categories become ordinal codes, with own
    codes for missing (-2) and for levels unseen in training (-1). One-hot columns would
    follow the levels in memory, trees do not need them, and both sides of a comparison
    are coded alike. Logistic regression, to which the order of codes would mean
    something, and who asks for them get one-hot columns, of `LEVELS` levels at most.

    Args:
        evaluator: Any but none.
        trees: Trees of the forest, or rounds of boosting.
        seed: Any non-negative integer; scikit-learn gets it modulo 2**32.
        columns: As given to `features.to_frame`.
        encoding: What categories become.
        accelerate: Let scikit-learn-intelex, which must be installed, train what it
            can: see `classifiers.can_accelerate`.

    Returns:
        A pipeline with the steps features, (scale,) model, for `fit_predict`.

    Raises:
        UserError: No feature columns, or the evaluator's package is not installed.
    """
    if not numeric(columns) and not categorical(columns):
        raise UserError(
            "there is nothing to learn from: every column is target, key or ignored; "
            "keep a feature column, or set evaluation.evaluator to none"
        )
    model = classifier(evaluator, trees, seed % 2**32, accelerate=accelerate)
    one_hot = is_one_hot(evaluator, encoding)
    scale = [("scale", StandardScaler())] if evaluator in _SCALED else []
    features = _features(columns, _one_hot() if one_hot else _ordinal())
    return Pipeline([("features", features), *scale, ("model", model)])


def fit_predict(  # noqa: PLR0913 - what is learnt from, and what is asked
    model: Pipeline,
    features: pd.DataFrame,
    codes: Codes,
    unseen: pd.DataFrame,
    classes: int,
    *,
    weights: Floats | None = None,
) -> Floats:
    """Fit a model and predict, to the same bytes whatever the number of cores.

    Args:
        model: Of `make`; is fitted in place.
        features: Training rows, of `features.to_frame`; 1 or more.
        codes: Their class codes, shape (rows,), each in 0..classes-1.
        unseen: Rows to predict, with the same columns.
        classes: Number of classes K; those without a training row get probability 0.
        weights: How much each training row counts, shape (rows,), each above 0; all
            alike when not given. Not for what `takes_weights` denies.

    Returns:
        Probabilities, shape (rows of unseen, K). Where RUSBoost gives up, for its first
        round does not beat guessing, classes with training rows are alike.
    """
    classifier = model.named_steps["model"]
    if isinstance(classifier, KNeighborsClassifier):
        classifier.set_params(n_neighbors=min(NEIGHBORS, len(features)))
    present, gapless = np.unique(codes, return_inverse=True)  # XGBoost bears no gap
    probabilities = np.zeros((len(unseen), classes))
    if len(present) == 1:  # not every model bears to have nothing to tell apart
        probabilities[:, present] = 1
        return probabilities
    weighted = {} if weights is None else {"model__sample_weight": weights}
    with steady():
        try:
            model.fit(features, gapless, **weighted)
        except ValueError as error:
            if _NOTHING not in str(error):
                raise
            probabilities[:, present] = 1 / len(present)
            return probabilities
        if isinstance(classifier, RandomForestClassifier):
            classifier.set_params(n_jobs=1)  # the same: trees add their votes up
        probabilities[:, present] = model.predict_proba(unseen)
    return probabilities


def takes_weights(evaluator: EvaluatorKind) -> bool:
    """Tell whether a model can count some rows for more than others.

    Args:
        evaluator: Any but none.

    Returns:
        False for nearest neighbours, which vote one for each, and for what balances
        itself, where weights would balance once more.
    """
    return evaluator is not EvaluatorKind.KNN and not balances_itself(evaluator)


def learnt_counts(evaluator: EvaluatorKind, counts: npt.NDArray[N]) -> npt.NDArray[N]:
    """Give the counts whose shares a model takes for the priors.

    Args:
        evaluator: Any but none.
        counts: Training rows of each class, shape (K,), each by its weight.

    Returns:
        The same; 1 for each class with rows where the model balances itself.
    """
    if not balances_itself(evaluator):
        return counts
    return np.where(counts > 0, 1, 0).astype(counts.dtype)


def _ordinal() -> OrdinalEncoder:
    return OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2
    )


def _one_hot() -> OneHotEncoder:
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=LEVELS, sparse_output=False
    )


def _features(
    columns: Sequence[Column], encoder: OrdinalEncoder | OneHotEncoder
) -> ColumnTransformer:
    median = SimpleImputer(strategy="median", keep_empty_features=True)
    return ColumnTransformer(
        [
            ("numbers", median, numeric(columns)),
            ("categories", encoder, categorical(columns)),
        ]
    )
