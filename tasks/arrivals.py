"""Arrivals: which dataset an event is about, of those the project knows.

What comes by an event was written by anyone; how a path is refused is storage's.
"""

from collections.abc import Sequence

from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.algorithms.captions import shorten
from tasks.storage.location import locate
from tasks.survey import dataset_name

_WIDTH = 60  # cells of a name that no one vouches for


def chosen(
    datasets: Sequence[BalanceConfig], dataset: str, source: str | None
) -> BalanceConfig:
    """Choose the dataset that an event names.

    Args:
        datasets: The project's configuration.
        dataset: Name of one of them.
        source: Where its data lies now, inside the allowed roots. None: where it is
            configured to lie.

    Returns:
        Its config, with the name written down: another source must not change it.

    Raises:
        UserError: No dataset is called so, or several are, or the source is refused.
    """
    names = [_name(config) for config in datasets]
    if names.count(dataset) != 1:
        known = ", ".join(filter(None, names)) or "none"
        raise UserError(
            f"{names.count(dataset) or 'No'} datasets are called "
            f"'{shorten(dataset, _WIDTH)}'; the configured ones are: {known}. Name one "
            "of them, or give each in prefect.yaml a name of its own."
        )
    config = datasets[names.index(dataset)]
    if source is not None:
        locate(source)
    return config.model_copy(
        update={"name": dataset, "source": config.source if source is None else source}
    )


def title(datasets: Sequence[BalanceConfig], dataset: str) -> str:
    """Name a run after its dataset and strategy, whatever the event says.

    Args:
        datasets: The project's configuration.
        dataset: What the event names.

    Returns:
        One line, without the strategy if no dataset is called so.
    """
    kinds = [str(item.strategy.kind) for item in datasets if _name(item) == dataset]
    return " / ".join(["balance", shorten(dataset, _WIDTH), *kinds[:1]])


def _name(config: BalanceConfig) -> str | None:
    """Name a dataset; None if its files are gone, which is no other dataset's trouble.

    Only one that is named after its files needs them.
    """
    try:
        return dataset_name(config)
    except UserError:
        return None
