"""Which sampler is to be run, and how it is set up: from a strategy, before any row.

What there is to choose from is in samplers; running one is the work of resampled.
"""

from collections.abc import Mapping, Sequence

from imblearn.over_sampling.base import BaseOverSampler
from imblearn.under_sampling.base import BaseCleaningSampler, BaseUnderSampler
from pydantic import JsonValue

from schemas.errors import UserError
from schemas.plan import SamplerUse
from schemas.strategy import Strategy, StrategyKind
from tasks.algorithms.plan import target_rows
from tasks.algorithms.samplers import accepted, find_sampler, make_sampler

Counts = Mapping[str, int]

SIZES = "sampling_strategy"
CATEGORIES, CODED = "categorical_features", "categorical_encoder"
_K = "k_neighbors"


def grows(name: str) -> bool:
    """Tell whether a sampler adds rows up to a size that can be given."""
    return not issubclass(find_sampler(name), BaseUnderSampler | BaseCleaningSampler)


def cleans(name: str) -> bool:
    """Tell whether a sampler finds for itself how many rows it drops."""
    return issubclass(find_sampler(name), BaseCleaningSampler)


def cleans_after(name: str) -> bool:
    """Tell whether a sampler drops rows once it has added some."""
    return grows(name) and not issubclass(find_sampler(name), BaseOverSampler)


def sized_like(name: str) -> StrategyKind | None:
    """Tell which strategy reaches the sizes that a sampler does.

    Args:
        name: Of the sampler.

    Returns:
        random_over or random_under; None where the sampler finds sizes for itself.

    Raises:
        UserError: There is no such sampler.
    """
    if cleans(name):
        return None
    return StrategyKind.RANDOM_OVER if grows(name) else StrategyKind.RANDOM_UNDER


def asked_sampler(strategy: Strategy, train: Counts) -> SamplerUse:
    """Set up what a strategy asks for.

    Args:
        strategy: Of kind sampler: its name, parameters, sizes and neighbours.
        train: Training rows of each class.

    Returns:
        Name and parameters. Sizes that were asked for are rows of each class; without
        any the sampler does what it does by itself, which is to make all classes alike.

    Raises:
        UserError: There is no such sampler, it takes no such parameters, or does not
            reach such sizes.
    """
    name, params = strategy.name or "", dict(strategy.params or {})
    _check_ours(name, params)
    if strategy.k_neighbors != Strategy.model_fields[_K].default:
        for key in _neighbours(name):
            params.setdefault(key, strategy.k_neighbors)
    if _is_sized(strategy):
        params[SIZES] = _sizes(name, params, strategy, train)
    elif strategy.leave:
        params.setdefault(SIZES, _touched(strategy, train))
    given = {CATEGORIES: [0]} if CATEGORIES in accepted(name) else {}
    make_sampler(name, seed=0, **params, **given)
    return SamplerUse(name=name, params=params)


def _check_ours(name: str, params: Mapping[str, object]) -> None:
    ours = {CATEGORIES, CODED} & set(params) & set(accepted(name))
    if ours:
        raise UserError(
            f"{name} is told by evenkeel which columns are categories, from their "
            f"types: leave {', '.join(sorted(ours))} out of strategy.params"
        )


def _neighbours(name: str) -> list[str]:
    """Name the parameters that the neighbours of SMOTE are, its own or of its SMOTE."""
    params = accepted(name)
    return [_K] if _K in params else ["smote__" + _K] if "smote" in params else []


def _is_sized(strategy: Strategy) -> bool:
    caps = strategy.max_growth, strategy.cap_rows
    asked = strategy.rows, strategy.fractions, *caps
    left = strategy.leave and not cleans(strategy.name or "")
    return strategy.ratio != 1 or bool(left) or any(one is not None for one in asked)


def _touched(strategy: Strategy, train: Counts) -> list[JsonValue]:
    """List the classes that a cleaning sampler may drop from: all but the smallest."""
    smallest = min(train, key=train.__getitem__)
    return [one for one in train if one != smallest and one not in strategy.leave]


def _sizes(
    name: str, params: Mapping[str, object], strategy: Strategy, train: Counts
) -> dict[str, JsonValue]:
    """Give the rows of each class whose rows are to change."""
    if SIZES in params:
        raise UserError(
            f"{name} is given sizes twice, by strategy.params.{SIZES} and by ratio, "
            "rows, fractions, caps or leave; give one of them"
        )
    like = sized_like(name)
    if like is None:
        raise UserError(
            f"{name} drops the rows that it takes for noise or for needless, and finds "
            "for itself how many: leave out ratio, rows, fractions and caps, or "
            "choose a sampler that reaches a size, such as RandomUnderSampler"
        )
    if strategy.leave and cleans_after(name):
        raise UserError(
            f"{name} may drop rows of any class once it has added some, so it leaves "
            "none as it is: do without strategy.leave, or choose another sampler"
        )
    try:
        wanted = target_rows(train, like, strategy)
    except UserError as error:
        raise UserError(f"{name} reaches what {like} does: {error}") from error
    return {label: rows for label, rows in wanted.items() if rows != train[label]}


def by_code(
    use: SamplerUse, labels: Sequence[str], categories: Sequence[int]
) -> dict[str, object]:
    """Write parameters as the library takes them: classes as codes.

    Args:
        use: Parameters with labels.
        labels: The code of a class is its place.
        categories: Columns that hold codes of categories.

    Returns:
        Parameters for ``make_sampler``.

    Raises:
        UserError: A class is named that there is not.
    """
    params: dict[str, object] = dict(use.params)
    if isinstance(sizes := use.params.get(SIZES), dict | list):
        codes = [_code(label, labels, use.name) for label in sizes]
        params[SIZES] = (
            dict(zip(codes, sizes.values(), strict=True))
            if isinstance(sizes, dict)
            else codes
        )
    if CATEGORIES in accepted(use.name):
        params[CATEGORIES] = list(categories)
    return params


def _code(label: object, labels: Sequence[str], name: str) -> int:
    if str(label) not in labels:
        known = ", ".join(map(repr, labels[:10]))
        raise UserError(
            f"{SIZES} of {name} names class {label!r}, which has no rows; classes: "
            f"{known}"
        )
    return labels.index(str(label))
