"""Engines: what runs the mapped task runs of a flow; what they do never depends on it.

How stages are called is in running; what is done when a worker dies, in losses.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Self, cast

from prefect import Flow, Task
from prefect.client.schemas.objects import RunInput
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture
from prefect.task_runners import (
    ProcessPoolTaskRunner,
    TaskRunner,
    ThreadPoolTaskRunner,
)

from schemas.errors import UserError

ENGINE = "EVENKEEL_ENGINE"
ADDRESS = "EVENKEEL_DASK_ADDRESS"
_PATIENCE = 15  # seconds for a scheduler to answer

AnyRunner = TaskRunner[PrefectFuture[Any]]


class Engine(AnyRunner):
    """Stands in a flow for the engine that the environment names when it runs.

    Prefect takes a flow's task runner when its file is imported. Chosen there, a wrong
    name would be a traceback that no list of runs shows. Prefect also starts a flow's
    runner anew around each task run in another process: this one starts nothing there.
    """

    def __init__(self) -> None:
        """Choose nothing yet."""
        super().__init__()  # type: ignore[no-untyped-call] # Prefect's
        self._started_engine = ExitStack()
        self._chosen: AnyRunner | None = None

    def duplicate(self) -> Self:
        """Make one for a run of its own."""
        return type(self)()

    def chosen(self) -> AnyRunner:
        """Start the engine, the first time.

        Raises:
            UserError: The environment names none that is there.
        """
        if self._chosen is None:
            self._chosen = self._started_engine.enter_context(engine())
        return self._chosen

    def submit(
        self,
        task: Task[..., Any],
        parameters: dict[str, Any],
        wait_for: Iterable[PrefectFuture[Any]] | None = None,
        dependencies: dict[str, set[RunInput]] | None = None,
    ) -> PrefectFuture[Any]:
        """Have the engine run a task; mapped ones come here one by one."""
        chosen = self.chosen()
        with _portable_context():
            return chosen.submit(task, parameters, wait_for, dependencies)

    def __exit__(self, *error: Any) -> None:  # noqa: ANN401, PYI036 - Prefect's own signature
        """Stop the engine, if it was started."""
        self._started_engine.__exit__(*error)
        super().__exit__(*error)


@contextmanager
def _portable_context() -> Iterator[None]:
    """Send a task run on its way with its flow's name, and not with its flow.

    Prefect pickles the flow beside each task. From a deployment it is that of a module
    ``balance``, imported by path, which no other machine has.
    """
    run = FlowRunContext.get()
    if run is None or run.flow is None:
        yield
        return
    named = Flow(_nothing, name=run.flow.name, task_runner=Engine())
    with run.model_copy(update={"flow": named}):
        yield


def _nothing() -> None:
    """Stand for a flow's function where it is never called."""


def check_engine() -> None:
    """Let a run fail at its beginning if its engine is not there.

    Raises:
        UserError: As engine.
    """
    run = FlowRunContext.get()
    if run and isinstance(run.task_runner, Engine):
        run.task_runner.chosen()


def engine() -> AnyRunner:
    """Give the task runner that EVENKEEL_ENGINE names: threads, processes or dask.

    Returns:
        Threads or processes as many as cores: Prefect's own pool of threads has no
        limit, and a table of 60 parts would hold 60 in memory.

    Raises:
        UserError: There is no such engine, its package is not installed, or the Dask
            cluster does not answer.
    """
    name = os.environ.get(ENGINE, "").strip() or "threads"
    if name not in _ENGINES:
        known = ", ".join(_ENGINES)
        raise UserError(
            f"{ENGINE} is {name!r}, which is no engine. Give one of {known}, or unset "
            "it for threads."
        )
    return _ENGINES[name]()


def _threads() -> AnyRunner:
    # Prefect types what a flow takes by the futures' base, which is invariant.
    return cast("AnyRunner", ThreadPoolTaskRunner(max_workers=_cores()))


def _processes() -> AnyRunner:
    return cast("AnyRunner", ProcessPoolTaskRunner(max_workers=_cores()))


def _dask() -> AnyRunner:
    try:
        from prefect_dask.task_runners import (  # noqa: PLC0415 - an extra, and slow
            DaskTaskRunner,
        )
    except ImportError as error:
        raise UserError(
            f"{ENGINE} is 'dask', and a package of it is missing: {error}. Install it "
            "with: pip install 'evenkeel[dask]'"
        ) from error
    if address := os.environ.get(ADDRESS, "").strip():
        _check_address(address)
        return cast("AnyRunner", DaskTaskRunner(address=address))
    local = {
        "n_workers": _cores(),
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": None,
        # A share of the memory each would end a worker that the machine has room for.
        "memory_limit": 0,
    }
    return cast("AnyRunner", DaskTaskRunner(cluster_kwargs=local))


def _check_address(address: str) -> None:
    from distributed import Client  # noqa: PLC0415 - comes with prefect-dask

    try:
        with Client(  # type: ignore[no-untyped-call] # Dask's
            address, timeout=_PATIENCE, set_as_default=False
        ) as client:
            workers = client.scheduler_info(n_workers=-1)["workers"]
    except (OSError, ValueError) as error:
        raise UserError(
            f"{ADDRESS} is {address!r}, where no Dask scheduler answers: {error}. "
            "Start one, give the address that it prints, tcp://HOST:PORT, or unset it "
            "for a cluster on this machine."
        ) from error
    if not workers:
        raise UserError(
            f"The Dask cluster at {address!r} has no workers, so nothing would ever be "
            f"done. Start some: dask worker {address}"
        )


def _cores() -> int:
    return os.cpu_count() or 1


_ENGINES: Mapping[str, Callable[[], AnyRunner]] = {
    "threads": _threads,
    "processes": _processes,
    "dask": _dask,
}
