"""Clusters: Dask's task runner, for a cluster that is there or one of this machine.

When an engine is started, and which one, is in engines.
"""

import logging
import os
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner

from schemas.errors import UserError

if TYPE_CHECKING:
    from distributed import Client

ADDRESS = "EVENKEEL_DASK_ADDRESS"
_PATIENCE = 15  # seconds for a scheduler to answer
_SHOWN = ("faiss-cpu", "numpy", "pyarrow", "scikit-learn")
"""Packages whose version may show in the bytes: pyarrow writes its own into them."""


def dask_runner(workers: int) -> TaskRunner[PrefectFuture[Any]]:
    """Give a task runner for the cluster that EVENKEEL_DASK_ADDRESS names.

    Args:
        workers: Processes of the cluster that is started here when none is named.

    Raises:
        UserError: Dask is not installed, no cluster answers, or its workers cannot do
            the same as this process.
    """
    try:
        from prefect_dask.task_runners import (  # noqa: PLC0415 - an extra, and slow
            DaskTaskRunner,
        )
    except ImportError as error:
        raise UserError(
            f"the engine 'dask' lacks a package: {error}. Install it with: "
            "pip install 'evenkeel[dask]'"
        ) from error
    # Prefect's console shows what every package says, and Dask tells of each greeting.
    logging.getLogger("distributed").setLevel(logging.WARNING)
    address = os.environ.get(ADDRESS, "").strip()
    if address:
        _check_cluster(address)
        return _of_any_future(DaskTaskRunner(address=address))
    local = {
        "n_workers": workers,
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": "127.0.0.1:0",
        # A share of the memory each would end a worker that the machine has room for.
        "memory_limit": 0,
    }
    return _of_any_future(DaskTaskRunner(cluster_kwargs=local))


def _of_any_future(runner: object) -> TaskRunner[PrefectFuture[Any]]:
    """Type a runner as flows take them: by the futures' base, which is invariant."""
    return cast("TaskRunner[PrefectFuture[Any]]", runner)


def _check_cluster(address: str) -> None:
    from distributed import Client  # noqa: PLC0415 - comes with prefect-dask

    try:
        with Client(  # type: ignore[no-untyped-call] # Dask's
            address, timeout=_PATIENCE, set_as_default=False
        ) as client:
            _check_workers(client, address)
    except (OSError, ValueError) as error:
        raise UserError(
            f"{ADDRESS} is {address!r}, where no Dask scheduler answers: {error}. "
            "Start one, give the address that it prints, tcp://HOST:PORT, or unset it "
            "for a cluster on this machine."
        ) from error


def _check_workers(client: "Client", address: str) -> None:
    """See that all can import evenkeel, and beside it what is installed here."""
    here = installed()
    found: dict[str, object] = client.run(installed, on_error="return")
    if not found:
        raise UserError(
            f"The Dask cluster at {address!r} has no workers, so nothing would ever be "
            f"done. Start some: dask worker {address}"
        )
    for worker, there in found.items():
        if isinstance(there, Exception):
            raise UserError(
                f"The Dask worker at {worker} cannot import evenkeel: {there}. Install "
                "it there, extra dask included, or start the worker in the project's "
                "folder with PYTHONPATH=. set."
            )
        if there != here:
            raise UserError(
                f"The Dask worker at {worker} has {there} and this process {here}, "
                "which may write other bytes. Install the same versions."
            )


def installed() -> dict[str, str]:
    """Tell the versions that are installed where this is called.

    >>> sorted(installed())
    ['faiss-cpu', 'numpy', 'pyarrow', 'scikit-learn']
    """
    return {name: version(name) for name in _SHOWN}
