"""Engines: what runs the mapped task runs of a flow; what they do never depends on it.

Which one is named is read in environment; how stages are called is in flow_running;
what is done when a worker dies, in losses; which cluster Dask works on, in clusters.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Self, cast

from prefect import Flow, Task
from prefect.client.schemas.objects import RunInput
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture
from prefect.settings import (
    PREFECT_API_URL,
    get_current_settings,
    temporary_settings,
)
from prefect.task_runners import (
    ProcessPoolTaskRunner,
    TaskRunner,
    ThreadPoolTaskRunner,
)

from tasks.clusters import dask_runner
from tasks.environment import engine_name

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
            self._started_engine.enter_context(_named_server())
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
def _named_server() -> Iterator[None]:
    """Tell processes of a temporary server; else each would start one of its own."""
    run = FlowRunContext.get()
    if run is None or get_current_settings().api.url is not None:
        yield
        return
    address = str(run.client.api_url).rstrip("/")
    with temporary_settings({PREFECT_API_URL: address}):
        yield


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
    """Give the task runner that EVENKEEL_ENGINE names.

    Returns:
        Threads or processes as many as cores: Prefect's own pool of threads has no
        limit, and a table of 60 parts would hold 60 in memory.

    Raises:
        UserError: There is no such engine, its package is not installed, or the Dask
            cluster does not answer or cannot do the work.
    """
    return _ENGINES[engine_name()](os.cpu_count() or 1)


def _threads(workers: int) -> AnyRunner:
    # Prefect types what a flow takes by the futures' base, which is invariant.
    return cast("AnyRunner", ThreadPoolTaskRunner(max_workers=workers))


def _processes(workers: int) -> AnyRunner:
    return cast("AnyRunner", ProcessPoolTaskRunner(max_workers=workers))


_ENGINES: Mapping[str, Callable[[int], AnyRunner]] = {
    "threads": _threads,
    "processes": _processes,
    "dask": dask_runner,
}
