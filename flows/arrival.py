"""The balance flow as an event starts it: by the name of a dataset, not by a config.

Which names are good is decided in tasks.arrivals; how one is balanced, in balance.
"""

from prefect import flow, runtime

from flows.balance import run_balance
from schemas.config import BalanceConfig
from schemas.records import Outcome
from tasks.arrivals import chosen, title
from tasks.engines import Engine
from tasks.failures import WHEN_CANCELLED, WHEN_FAILED


def run_name() -> str:
    """Name a run after its dataset and strategy, as lists of runs show it."""
    asked = runtime.flow_run.parameters
    return title(asked["datasets"], asked["dataset"])


@flow(
    name="balance",
    flow_run_name=run_name,
    task_runner=Engine(),
    persist_result=False,
    on_failure=WHEN_FAILED,
    on_crashed=WHEN_FAILED,
    on_cancellation=WHEN_CANCELLED,
)
def balance_arrived(
    dataset: str,
    datasets: list[BalanceConfig],
    source: str | None = None,
    force: bool = False,  # noqa: FBT001, FBT002 - a check box in the UI's form
) -> Outcome:
    """Balance a dataset of the project's configuration, by its name.

    Args:
        dataset: Name of one of the datasets.
        datasets: The project's configuration.
        source: Where its data lies now, inside the allowed roots. Not set: as ever.
        force: Make the version anew even if nothing changed since it was published.

    Returns:
        The version that is published now, and what was found on the way.
    """
    return run_balance(chosen(datasets, dataset, source), force=force)
