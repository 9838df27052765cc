"""The strategies of balance as a sampler, for pipelines of imbalanced-learn.

A pipeline calls it in ``fit`` alone, so what is predicted, and each validation fold, is
never resampled. The same on a frame, with the decision in words, is in frames.
"""

from operator import index
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from imblearn.base import BaseSampler
from imblearn.utils import check_target_type
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import _check_feature_names, _check_n_features

from schemas.errors import UserError
from schemas.strategy import SAMPLER, Strategy
from tasks.algorithms.frames import balance_frame
from tasks.algorithms.labels import as_text

_ROWS = ("auto", "none", "random_over", "random_under", "smote", "smote_under")


class Balancer(BaseSampler):  # type: ignore[misc] # imblearn ships no types
    """Balances training rows as a run does: real rows first, then synthetic ones.

    Columns of a frame keep their types: numbers, texts, categories, booleans and
    moments, missing values among them. An array of objects is read column by column.

    Attributes:
        origin_: Place of each returned row among those given; -1 where it was made.
        decision_: Which strategy, and why, in a sentence.

    >>> rows = np.arange(12.0).reshape(-1, 2)
    >>> Balancer("random_under").fit_resample(rows, [0, 0, 0, 0, 1, 1])[1]
    [0, 0, 1, 1]
    """

    _sampling_type = "bypass"  # imbalanced-learn's word for: sizes are our own affair
    _parameter_constraints: ClassVar[dict[str, Any]] = {}  # they are Strategy's

    def __init__(  # noqa: PLR0913 - each is a parameter that a search may set
        self,
        kind: str = "auto",
        *,
        ratio: float = 1.0,
        rows: dict[Any, int] | None = None,
        fractions: dict[Any, float] | None = None,
        max_growth: float | None = None,
        cap_rows: int | None = None,
        leave: tuple[Any, ...] = (),
        k_neighbors: int = 5,
        standardize: bool = True,
        params: dict[str, Any] | None = None,
        random_state: int = 0,
    ) -> None:
        """Take parameters as they are, as scikit-learn demands; fit_resample checks.

        Args:
            kind: auto, none, random_over, random_under, smote, smote_under; or
                sampler:NAME, a sampler of imbalanced-learn on columns of any type.
            ratio: Rows of each smaller class to rows of the largest, after balancing.
            rows: Rows of each class, instead of the ratio.
            fractions: Share of each class, instead of the ratio.
            max_growth: Rows after to rows before, at most.
            cap_rows: Rows after, at most.
            leave: Classes that keep their rows as they are.
            k_neighbors: Neighbours a synthetic row may be drawn towards.
            standardize: Search neighbours on standardised columns.
            params: Of that sampler.
            random_state: The seed, a whole number; same parameters, same result.
        """
        super().__init__()
        self.kind = kind
        self.ratio = ratio
        self.rows = rows
        self.fractions = fractions
        self.max_growth = max_growth
        self.cap_rows = cap_rows
        self.leave = leave
        self.k_neighbors = k_neighbors
        self.standardize = standardize
        self.params = params
        self.random_state = random_state

    def _check_X_y(  # noqa: N802 - the name that imbalanced-learn calls
        self,
        X: Any,  # noqa: ANN401, N803 - whatever scikit-learn takes
        y: Any,  # noqa: ANN401
    ) -> tuple[Any, Any, bool]:
        """Check shapes alone: texts and missing values are welcome."""
        y, binarize = check_target_type(y, indicate_one_vs_all=True)
        if not isinstance(X, pd.DataFrame):
            X = check_array(X, dtype=None, ensure_all_finite=False)  # noqa: N806
        check_consistent_length(X, y)
        _check_n_features(self, X, reset=True)
        _check_feature_names(self, X, reset=True)
        return X, y, binarize

    def _fit_resample(
        self,
        X: pd.DataFrame | npt.NDArray[Any],  # noqa: N803 - the name in imbalanced-learn
        y: npt.NDArray[Any],
    ) -> tuple[Any, npt.NDArray[Any]]:
        y = np.asarray(y)
        frame = pd.DataFrame(X).rename(columns=str).reset_index(drop=True)
        target = max(frame.columns, default="") + "_target"  # sorts behind: is none
        found = balance_frame(
            frame.infer_objects().assign(**{target: y}),
            target,
            self._strategy(),
            seed=self._seed(),
        )
        self.origin_ = found.origin
        self.decision_ = found.decision.reason
        labels = found.frame.pop(target).to_numpy().astype(y.dtype)
        if isinstance(X, pd.DataFrame):
            return found.frame.set_axis(X.columns, axis=1), labels
        return found.frame.to_numpy(X.dtype), labels

    def _seed(self) -> int:
        try:
            return index(self.random_state)
        except TypeError:
            raise UserError(
                f"random_state is {self.random_state!r}; give a whole number, for the "
                "same rows and seed give the same result"
            ) from None

    def _strategy(self) -> Strategy:
        """Read the parameters as those of a config, which says what is wrong."""
        if self.kind not in _ROWS and not str(self.kind).startswith(SAMPLER):
            raise UserError(
                f"kind {self.kind!r} is none that changes rows alone; give one of "
                f"{', '.join(_ROWS)}, or {SAMPLER}NAME"
            )
        given = self.get_params(deep=False)
        given.pop("random_state")
        for sizes in ("rows", "fractions"):
            if given[sizes] is not None:
                named = {_text(label): n for label, n in given[sizes].items()}
                given[sizes] = named
        given["leave"] = tuple(map(_text, given["leave"]))
        return Strategy.model_validate(given)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - imblearn ships no types
        """Say what may be given."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


def _text(label: object) -> str | None:
    """Write a label as a run does: 1 and 1.0 as ``1``, True as ``true``."""
    found: str | None = as_text(pa.array([label]))[0].as_py()
    return found
