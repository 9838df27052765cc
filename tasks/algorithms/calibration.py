"""From probabilities learnt on a balanced set back to the real priors.

How well probabilities are calibrated is measured in metrics and curves.
"""

import numpy as np
import numpy.typing as npt

from schemas.manifest import ProbabilityCorrection
from schemas.strategy import StrategyKind
from tasks.algorithms.labels import Codes

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.intp]

FORMULA = (
    "p_c ∝ q_c · prior_before_c / prior_after_c, then divide by the sum over classes; "
    "q is what the model trained on the balanced set says"
)
_NOTHING = "The training rows are as they were: probabilities need no correction."
_UNDER = (
    "Rows were dropped at random within each class, so the formula undoes the shift "
    "of the priors. The order of two rows does not change for two classes."
)
_WEIGHTED_UNDER = (
    "Rows were dropped at random within each class, and the weights in {column!r} make "
    "up for it: a model that was trained with them needs no correction, and the "
    "formula makes none. If it was trained without them, prior_after is the share of "
    "the rows instead (unbalance --unweighted)."
)
_WEIGHTS = (
    "No row was added or dropped. A model that was trained with the weights in "
    "{column!r} believes in their shares, and the formula undoes that. A forest of "
    "full depth heeds weights but little, and the formula may then overcorrect."
)
_CALIBRATE = (
    "Calibrate on rows that were not resampled instead, for instance part of the "
    "holdout, which is then no longer a test set."
)
_OVER = (
    "Rows were repeated. A flexible learner (forest, boosting, neighbours) remembers "
    f"repeated rows, and the formula then overcorrects. {_CALIBRATE}"
)
_SMOTE = (
    "Rows were synthesised between real ones, which changes the shape of a class and "
    f"not only its share; the formula knows shares alone. {_CALIBRATE}"
)
_SAMPLER = (
    "A sampler chose or made rows by what they hold, which changes the shape of a "
    f"class and not only its share; the formula knows shares alone. {_CALIBRATE}"
)


def correct_priors(
    probabilities: Floats, prior_train: Floats, prior_real: Floats
) -> Floats:
    """Turn probabilities learnt under one prior into those under another.

    Args:
        probabilities: Shape (n, K), rows sum to 1.
        prior_train: Shape (K,), the shares of the classes the model was trained on.
        prior_real: Shape (K,), the shares of the classes where it is used.

    Returns:
        Shape (n, K), rows sum to 1: p_c times prior_real_c / prior_train_c, normalised.

    Raises:
        ValueError: A prior is not positive: nothing can be learnt of such a class.

    Source: Saerens, Latinne and Decaestecker (2002),
    https://doi.org/10.1162/089976602753284446; for two classes Dal Pozzolo et al.
    (2015), https://doi.org/10.1109/SSCI.2015.33

    >>> half, real = np.array([0.5, 0.5]), np.array([0.9, 0.1])
    >>> correct_priors(np.array([[0.5, 0.5]]), half, real)
    array([[0.9, 0.1]])
    """
    if min(prior_train.min(), prior_real.min()) <= 0:
        raise ValueError(f"priors must be positive: {prior_train}, {prior_real}")
    weighted = probabilities * (prior_real / prior_train)
    corrected: Floats = weighted / weighted.sum(axis=1, keepdims=True)
    return corrected


def move_threshold(probabilities: Floats, counts: Counts) -> Codes:
    """Predict the class with the highest ratio of probability to prior.

    For two classes: move the threshold from one half to the prior.

    Args:
        probabilities: Shape (n, K), of a model trained on the counted rows.
        counts: Rows of each class in training, shape (K,); 0 is never predicted.

    Returns:
        Class codes, shape (n,).

    Source: Collell, Prelec and Patil (2018),
    https://doi.org/10.1016/j.neucom.2017.08.035

    >>> move_threshold(np.array([[0.8, 0.2]]), np.array([9, 1])).tolist()
    [1]
    """
    ratio = np.zeros_like(probabilities)
    np.divide(probabilities, counts, out=ratio, where=counts > 0)
    codes: Codes = ratio.argmax(axis=1).astype(np.int32)
    return codes


def correction_for(
    strategy: StrategyKind, weights: str | None = None
) -> ProbabilityCorrection:
    """Say how to undo the prior shift of a strategy, and whether that is safe.

    Args:
        strategy: The strategy that was decided, so not auto.
        weights: The column of weights, if there is one.

    Returns:
        The formula, whether it suffices by itself, and why, for the user.

    Raises:
        ValueError: The strategy is auto: what was done is not known yet.

    Source: van den Goorbergh et al. (2022), https://doi.org/10.1093/jamia/ocac093

    >>> correction_for(StrategyKind.RANDOM_UNDER).safe
    True
    """
    match strategy:
        case StrategyKind.NONE:
            return ProbabilityCorrection(formula=FORMULA, safe=True, note=_NOTHING)
        case StrategyKind.RANDOM_UNDER:
            note = _WEIGHTED_UNDER.format(column=weights) if weights else _UNDER
            return ProbabilityCorrection(formula=FORMULA, safe=True, note=note)
        case StrategyKind.WEIGHTS:
            note = _WEIGHTS.format(column=weights)
            return ProbabilityCorrection(formula=FORMULA, safe=True, note=note)
        case StrategyKind.RANDOM_OVER:
            return ProbabilityCorrection(formula=FORMULA, safe=False, note=_OVER)
        case StrategyKind.SMOTE | StrategyKind.SMOTE_UNDER:
            return ProbabilityCorrection(formula=FORMULA, safe=False, note=_SMOTE)
        case StrategyKind.SAMPLER:
            return ProbabilityCorrection(formula=FORMULA, safe=False, note=_SAMPLER)
        case StrategyKind.AUTO | StrategyKind.EVIDENCE:
            raise ValueError(f"{strategy} is decided before it is corrected for")
