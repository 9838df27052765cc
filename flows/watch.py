"""The watch flow: datasets in, events out. What a look is lives in tasks.watching."""

import time

from prefect import flow, runtime

from schemas.config import BalanceConfig
from schemas.records import Sighting
from tasks.distinct import check_distinct
from tasks.engines import Engine
from tasks.flow_running import PrefectRunner
from tasks.watching import look, show_sightings


def run_name() -> str:
    """Name a run after how much it looks at, as lists of runs show it."""
    count = len(runtime.flow_run.parameters["datasets"])
    return f"watch / {count} dataset" + ("" if count == 1 else "s")


@flow(
    name="watch",
    flow_run_name=run_name,
    task_runner=Engine(),
    persist_result=False,
)
def watch(datasets: list[BalanceConfig]) -> list[Sighting]:
    """Look for new data and moved class priors, and announce each change once.

    Args:
        datasets: What to look at, each as it is balanced; no two of one name.

    Returns:
        What was found of each, in the same order.
    """
    check_distinct(datasets)
    sightings = PrefectRunner().map(look, datasets, time.time())
    show_sightings(sightings)
    return sightings
