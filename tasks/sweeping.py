"""Sweeping: what killed runs left behind is put in order by the next run that comes.

What counts as left behind is said in storage.leftovers.
"""

import logging
import math
import os

from schemas.errors import EvenkeelError, UserError
from tasks.stage import stage
from tasks.storage.commits import point_to_head
from tasks.storage.leftovers import sweep

AGE = "EVENKEEL_LEFTOVERS_DAYS"
_DAYS = 7.0
_DAY = 86_400  # seconds

logger = logging.getLogger(__name__)


@stage("sweep")
def sweep_leftovers(root: str) -> None:
    """Remove what nothing was written to for long, and set latest.json right.

    Who was killed between a commit and latest.json leaves it pointing to the version
    before, and a run of the same has nothing to do that would set it right. Nothing
    depends on it: a failure is logged, and the next run tries again.

    Args:
        root: OUTPUT/NAME as a path or URI; it need not exist.

    Raises:
        UserError: The environment names no age that is one.
    """
    age = leftovers_age()
    try:
        point_to_head(root)
        for line in sweep(root, age):
            logger.info("%s", line)
    except EvenkeelError as error:
        logger.warning("leftovers stay: %s", error)


def leftovers_age() -> float:
    """Read how long nothing must have been written to what is removed.

    Returns:
        Seconds, more than 0.

    Raises:
        UserError: ``EVENKEEL_LEFTOVERS_DAYS`` is no positive number.
    """
    given = os.environ.get(AGE) or str(_DAYS)
    try:
        days = float(given)
    except ValueError:
        days = 0
    if not 0 < days < math.inf:
        raise UserError(
            f"{AGE} is {given!r}, which is no number of days; set one above 0, such as "
            f"{_DAYS:g}, and longer than the longest run"
        )
    return days * _DAY
