"""Datasets of one run are told apart by name. How one is named is survey's."""

from collections.abc import Sequence

from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.survey import title


def check_distinct(datasets: Sequence[BalanceConfig]) -> None:
    """Refuse datasets that would be taken for one another.

    Args:
        datasets: All that a run works on.

    Raises:
        UserError: There is none, or two have one name; events, artifacts and
            OUTPUT/NAME are called by it.
    """
    if not datasets:
        raise UserError("There is no dataset. Name one or more in datasets.")
    sources: dict[str, str] = {}
    for config in datasets:
        name = title(config)
        if name in sources:
            raise UserError(
                f"Two datasets are called {name!r}, of {sources[name]!r} and "
                f"{config.source!r}. Give each a name of its own, by the field name."
            )
        sources[name] = config.source
