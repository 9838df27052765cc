"""Any imbalanced-learn sampler by name, in memory. Streamed strategies are the plan's.

Source: https://imbalanced-learn.org/stable/references/index.html
"""

import difflib
import inspect
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
import pandas as pd
from imblearn import combine, over_sampling, under_sampling

from schemas.errors import UserError

Features = pd.DataFrame | npt.NDArray[Any]
Target = pd.Series | npt.NDArray[Any]

_MODULES = (combine, over_sampling, under_sampling)
_WITHIN = "__"  # as scikit-learn names parameters of what is within an estimator


def sampler_names() -> list[str]:
    """List the samplers there are, in alphabetical order.

    >>> sampler_names()[:3]
    ['ADASYN', 'AllKNN', 'BorderlineSMOTE']
    """
    return sorted(name for module in _MODULES for name in module.__all__)


def find_sampler(name: str) -> Any:  # noqa: ANN401 - a class of imblearn, which ships no types
    """Find the class of a sampler.

    Args:
        name: As ``sampler_names`` lists it.

    Raises:
        UserError: There is no such sampler.
    """
    for module in _MODULES:
        if name in module.__all__:
            return getattr(module, name)
    names = {known.lower(): known for known in sampler_names()}
    nearest = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.0)[0]
    raise UserError(
        f"There is no sampler {name!r}; the nearest name is {names[nearest]!r}. "
        f"There are {', '.join(names.values())}."
    )


def accepted(name: str) -> list[str]:
    """Name the parameters of a sampler.

    >>> accepted("TomekLinks")
    ['sampling_strategy', 'n_jobs']
    """
    return list(inspect.signature(find_sampler(name)).parameters)


def make_sampler(name: str, *, seed: int, **params: object) -> Any:  # noqa: ANN401 - imblearn ships no types
    """Set up a sampler; its random state is the seed, if it has one.

    Args:
        name: Class name in imbalanced-learn, as ``sampler_names`` lists it.
        seed: 0 <= seed < 2**32.
        **params: Parameters of that sampler; ``smote__k_neighbors`` and the like are
            those of the SMOTE within it.

    Returns:
        The sampler, not fitted; fit for a step of an ``imblearn.pipeline``.

    Raises:
        UserError: There is no such sampler, or it takes no such parameters.

    >>> make_sampler("SMOTE", seed=0, k_neighbors=3)
    SMOTE(k_neighbors=3, random_state=0)
    """
    names = accepted(name)
    random_state = {"random_state": seed} if "random_state" in names else {}
    own = {key: value for key, value in params.items() if _WITHIN not in key}
    try:
        within = _parts_within(params, seed) if own != params else {}
        return find_sampler(name)(**random_state, **own, **within)
    except TypeError as error:
        raise UserError(
            f"{name} cannot be set up: {error}. Its parameters are "
            f"{', '.join(names)}; random_state comes from the seed."
        ) from error


def _parts_within(params: Mapping[str, object], seed: int) -> dict[str, object]:
    """Make the samplers that a sampler works with, as it would make them itself."""
    found: dict[str, dict[str, object]] = {}
    for key, value in params.items():
        part, within, name = key.partition(_WITHIN)
        if within:
            found.setdefault(part, {})[name] = value
    sizes = {key: params[key] for key in ("sampling_strategy",) if key in params}
    return {
        part: make_sampler(part.upper(), seed=seed, **sizes, **own)
        for part, own in found.items()
    }


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
