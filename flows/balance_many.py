"""The balance-many flow: datasets in, a version of each out. One alone is balance's.

How several are worked on at once, and how they ended, is in tasks.batch.
"""

from typing import Annotated

from prefect import flow, runtime
from pydantic import Field

from flows.balance import balance
from schemas.batch import AT_ONCE, Ended
from schemas.config import BalanceConfig
from schemas.records import Outcome
from tasks.batch import balance_each, check_all_ended_well
from tasks.batch_artifact import show_ended
from tasks.engines import Engine
from tasks.orphans import end_orphans, report_refusal
from tasks.subflows import numbered


def run_name() -> str:
    """Name a run after how much it balances, as lists of runs show it."""
    count = len(runtime.flow_run.parameters["datasets"])
    return f"balance / {count} dataset" + ("" if count == 1 else "s")


@flow(
    name="balance-many",
    flow_run_name=run_name,
    task_runner=Engine(),
    persist_result=False,
    on_failure=[report_refusal],
    on_crashed=[end_orphans],
    on_cancellation=[end_orphans],
)
def balance_many(
    datasets: list[BalanceConfig],
    concurrency: Annotated[int, Field(ge=1)] = AT_ONCE,
    force: bool = False,  # noqa: FBT001, FBT002 - a check box in the UI's form
) -> tuple[Ended, ...]:
    """Balance several datasets, a few at once, each in a run of its own.

    Args:
        datasets: What to balance, each as it is balanced alone; no two of one name.
        concurrency: How many are worked on at once.
        force: Make the versions anew even if nothing changed since they were published.

    Returns:
        How each ended, in the same order. If any failed the run fails, when all are
        through, and says which.
    """

    def balance_one(place: int, config: BalanceConfig) -> Outcome:
        with numbered(balance, place):
            return balance(config, force=force)

    ended = balance_each(datasets, balance_one, concurrency)
    show_ended(ended)
    check_all_ended_well(ended)
    return ended
