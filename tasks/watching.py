"""Watching: look at the sources of datasets, announce changes, show what was found.

How a source is compared with what is published is in observing; what an event says, in
events.
"""

import logging
from collections.abc import Sequence

from prefect import runtime
from prefect.artifacts import create_table_artifact

from schemas.config import BalanceConfig
from schemas.errors import EvenkeelError
from schemas.records import Sighting
from tasks.algorithms.sightings import (
    is_news,
    sighting_line,
    sighting_table,
    summary_line,
)
from tasks.credentials import with_credentials
from tasks.events import announce_sighting
from tasks.observing import observe, remember
from tasks.receipts import are_recorded
from tasks.stage import stage
from tasks.survey import title

TABLE = "watch-sightings"

logger = logging.getLogger(__name__)


def task_name() -> str:
    """Name a task run after its dataset, as lists of runs show it."""
    return f"look / {title(runtime.task_run.parameters['config'])}"


@stage("look", run_name=task_name)
def look(config: BalanceConfig, now: float) -> Sighting:
    """Look at the source of a dataset, and announce a change once.

    A change is remembered after the server has its events: a crash in between announces
    it twice, which balance answers with *unchanged*; the other order could lose it.

    Args:
        config: Of the dataset.
        now: Seconds since the epoch.

    Returns:
        What was found. A dataset that cannot be looked at is unfit, with the reason,
        and raises no error: a run looks at others as well.
    """
    try:
        found = _look(config, now)
    except EvenkeelError as error:
        found = _failed(config, str(error))
    except Exception as error:  # a watch that dies of one dataset watches none
        logger.exception("%s cannot be looked at", title(config))
        found = _failed(config, f"{type(error).__name__}: {error}")
    level = logging.WARNING if found.status == "unfit" else logging.INFO
    logger.log(level, "%s", sighting_line(found))
    return found


@stage("show-sightings", run_name="show-sightings")
def show_sightings(sightings: Sequence[Sighting]) -> None:
    """Store a table of what was found as an artifact, under one key with a history.

    Args:
        sightings: One for each dataset.
    """
    create_table_artifact(
        sighting_table(sightings), key=TABLE, description=summary_line(sightings)
    )


@with_credentials
def _look(config: BalanceConfig, now: float) -> Sighting:
    found, marker = observe(config, now)
    if is_news(found) and not are_recorded(announce_sighting(config, found)):
        logger.warning("%s: no event arrived, the next round repeats", found.dataset)
    elif marker:
        remember(marker, found)
    return found


def _failed(config: BalanceConfig, reason: str) -> Sighting:
    return Sighting(
        dataset=title(config),
        source=config.source,
        status="unfit",
        note=reason,
        version=None,
    )
