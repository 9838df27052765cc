"""Several datasets, a few at once: one that fails does not stop the rest.

How one is balanced is the caller's; which memory they share is decided in sharing, and
how they ended is put into words in algorithms.endings_of_many.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Event

from schemas.batch import BatchFailedError, Ended
from schemas.config import BalanceConfig
from schemas.errors import EvenkeelError, UserError
from schemas.records import Outcome
from tasks.algorithms.endings_of_many import (
    ended_badly,
    ended_well,
    failed,
    failure_line,
)
from tasks.distinct import check_distinct
from tasks.sharing import SharedMemory
from tasks.stopping import stopped_by
from tasks.storage.threads import on_threads
from tasks.survey import title

logger = logging.getLogger(__name__)


def balance_each(
    datasets: Sequence[BalanceConfig],
    balance_one: Callable[[int, BalanceConfig], Outcome],
    concurrency: int,
) -> tuple[Ended, ...]:
    """Balance datasets, so many at once, and tell of each how it ended.

    Args:
        datasets: One or more, each of a name of its own.
        balance_one: Balances the dataset of this place in the list.
        concurrency: Datasets at once, 1 or more.

    Returns:
        One record for each, in order.

    Raises:
        UserError: Two have one name, or nothing may run at once; nothing ran.
    """
    if concurrency < 1:
        raise UserError(f"concurrency is {concurrency}; work on 1 or more at once")
    check_distinct(datasets)
    memory, stopped = SharedMemory(), Event()

    def attempt(item: tuple[int, BalanceConfig]) -> Ended:
        place, config = item
        name = title(config)
        try:
            with memory.for_a_run(), stopped_by(stopped):
                outcome = balance_one(place, config)
        except Exception as error:  # the rest is to go on, whatever it is
            if not isinstance(error, EvenkeelError):
                logger.exception("%s failed", name)
            return ended_badly(name, config.source, error)
        return ended_well(name, config.source, outcome)

    return tuple(on_threads(attempt, enumerate(datasets), concurrency, stopped.set))


def check_all_ended_well(ended: tuple[Ended, ...]) -> None:
    """Let a run fail of which some datasets failed, when all are through.

    Raises:
        BatchFailedError: Names them.
    """
    if failed(ended):
        raise BatchFailedError(failure_line(ended), ended)
