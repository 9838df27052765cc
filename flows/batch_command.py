"""What `evenkeel run` does and prints where its config file lists several datasets.

One dataset is balanced in commands, and shown in console.
"""
# ruff: noqa: PLC0415 - Prefect, and what a run of stages needs, take long to import

import argparse
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from flows.console import print_json, terminal
from schemas.batch import Batch, BatchFailedError, Ended
from schemas.config import BalanceConfig
from schemas.errors import EvenkeelError, UserError
from schemas.records import Outcome
from tasks.algorithms.endings_of_many import (
    count_line,
    ended_rows,
    failed,
    failure_line,
)


def run_batch(asked: argparse.Namespace, *, as_flow_run: bool) -> None:
    """Balance the datasets that a file lists, and show how each ended.

    Args:
        asked: The options.
        as_flow_run: Through Prefect.

    Raises:
        UserError: Something is wrong with the file, and nothing ran; or datasets
            failed, all of which the person who wrote the file can mend.
        EvenkeelError: Datasets failed.
    """
    from flows.batch_file import batch

    listed = batch(asked)
    work = _in_a_flow_run if as_flow_run else _directly
    try:
        ended = work(listed, force=asked.force)
    except KeyboardInterrupt:
        raise EvenkeelError(
            "interrupted; of datasets that were through the versions are published, of "
            "the others nothing"
        ) from None
    if asked.json:
        told = [one.model_dump(mode="json") for one in ended]
        print_json({"failed": len(failed(ended)), "datasets": told})
    else:
        _show(ended)
    if failed(ended):
        mendable = all(one.mendable for one in failed(ended))
        raise (UserError if mendable else EvenkeelError)(failure_line(ended))


def _in_a_flow_run(listed: Batch, *, force: bool) -> Sequence[Ended]:
    from flows.balance_many import balance_many

    try:
        return balance_many(list(listed.datasets), listed.concurrency, force)
    except BatchFailedError as error:
        return error.ended


def _directly(listed: Batch, *, force: bool) -> Sequence[Ended]:
    from flows.live import progress, progress_of
    from flows.pipeline import balance_dataset
    from tasks.batch import balance_each
    from tasks.running import DirectRunner
    from tasks.survey import title

    with progress() as report:

        def balance_one(_place: int, config: BalanceConfig) -> Outcome:
            with progress_of(title(config), report) as told:
                return balance_dataset(config, DirectRunner(told), force=force)

        return balance_each(listed.datasets, balance_one, listed.concurrency)


def _show(ended: Sequence[Ended]) -> None:
    """Print a line for each dataset; errors below, for they are long."""
    out = terminal()
    out.print(Text(f"{len(ended)} datasets: {count_line(ended)}", style="bold"))
    rows = ended_rows(ended)
    table = Table(header_style="bold")
    for name in rows[0]:
        if name != "Error":
            numeric = name in {"Rows", "Train", "Version"}
            table.add_column(
                name.lower(), justify="right" if numeric else "left", no_wrap=numeric
            )
    for row in rows:
        table.add_row(*[Text(_cell(row[name])) for name in row if name != "Error"])
    out.print(table)
    for one in failed(ended):
        out.print(Text(f"{one.dataset}: {one.error}"), soft_wrap=True)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else str(value)
