"""The artifact that shows how the runs of several datasets ended.

What each of them found is in the artifacts of its own run.
"""

from collections.abc import Sequence

from prefect.artifacts import create_table_artifact

from schemas.batch import Ended
from tasks.algorithms.endings_of_many import count_line, ended_rows
from tasks.stage import stage

TABLE = "balance-many"


@stage("show-ended", run_name="show-ended")
def show_ended(ended: Sequence[Ended]) -> None:
    """Store a table of how each dataset ended, under one key with a history.

    Args:
        ended: One for each dataset.
    """
    create_table_artifact(ended_rows(ended), key=TABLE, description=count_line(ended))
