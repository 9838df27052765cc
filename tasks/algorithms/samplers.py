"""Any imbalanced-learn sampler by name, in memory. Streamed strategies are the plan's.

Source: https://imbalanced-learn.org/stable/references/index.html
"""

import difflib
import inspect
from typing import Any

import numpy.typing as npt
import pandas as pd
from imblearn import combine, over_sampling, under_sampling

from schemas.errors import UserError

Features = pd.DataFrame | npt.NDArray[Any]
Target = pd.Series | npt.NDArray[Any]

_MODULES = (combine, over_sampling, under_sampling)


def sampler_names() -> list[str]:
    """List the samplers there are, in alphabetical order.

    >>> sampler_names()[:3]
    ['ADASYN', 'AllKNN', 'BorderlineSMOTE']
    """
    return sorted(name for module in _MODULES for name in module.__all__)


def make_sampler(name: str, *, seed: int, **params: object) -> Any:  # noqa: ANN401 - imblearn ships no types
    """Set up a sampler; its random state is the seed, if it has one.

    Args:
        name: Class name in imbalanced-learn, as ``sampler_names`` lists it.
        seed: 0 <= seed < 2**32.
        **params: Parameters of that sampler.

    Returns:
        The sampler, not fitted; fit for a step of an ``imblearn.pipeline``.

    Raises:
        UserError: There is no such sampler, or it takes no such parameters.

    >>> make_sampler("SMOTE", seed=0, k_neighbors=3)
    SMOTE(k_neighbors=3, random_state=0)
    """
    kind = _find(name)
    accepted = inspect.signature(kind).parameters
    random_state = {"random_state": seed} if "random_state" in accepted else {}
    try:
        return kind(**random_state, **params)
    except TypeError as error:
        raise UserError(
            f"{name} cannot be set up: {error}. Its parameters are "
            f"{', '.join(accepted)}; random_state comes from the seed."
        ) from error


def sample(
    name: str, features: Features, target: Target, *, seed: int, **params: object
) -> tuple[Features, Target]:
    """Resample rows in memory.

    Args:
        name: Class name in imbalanced-learn.
        features: Of shape (rows, columns).
        target: Classes, of shape (rows,).
        seed: 0 <= seed < 2**32; not used by samplers that draw nothing.
        **params: Parameters of that sampler.

    Returns:
        Features and target of the resampled rows, of the types that were given.

    Raises:
        UserError: There is no such sampler, or it takes no such parameters.

    >>> import numpy as np
    >>> x, y = np.arange(6).reshape(-1, 1), np.array([0, 0, 0, 0, 1, 1])
    >>> sample("RandomUnderSampler", x, y, seed=0)[1].tolist()
    [0, 0, 1, 1]
    """
    resampled: tuple[Features, Target] = make_sampler(
        name, seed=seed, **params
    ).fit_resample(features, target)
    return resampled


def _find(name: str) -> Any:  # noqa: ANN401 - a class of imblearn, which ships no types
    for module in _MODULES:
        if name in module.__all__:
            return getattr(module, name)
    names = {known.lower(): known for known in sampler_names()}
    nearest = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.0)[0]
    raise UserError(
        f"There is no sampler {name!r}; the nearest name is {names[nearest]!r}. "
        f"There are {', '.join(names.values())}."
    )
