"""The work pool of the deployments: made, worked on, and emptied when serving ends.

What runs in it is prefect.yaml's.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Cancelling, Crashed
from prefect.workers.process import ProcessWorker

from flows.servers import POOL, healthy, worker

_PATIENCE = 35  # seconds; after 30 a worker kills a run that it asked to end
_ACTIVE = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def make_pool(client: SyncPrefectClient) -> None:
    """Make the work pool, of type process; one that is there is left as it is."""
    template = ProcessWorker.get_default_base_job_template()
    wanted = WorkPoolCreate(
        name=POOL,
        type="process",
        description="Runs flows as processes of the machine that its worker is on.",
        base_job_template=template,
    )
    with suppress(ObjectAlreadyExists):
        client.create_work_pool(wanted)


@contextmanager
def working(
    client: SyncPrefectClient, settings: Mapping[str, str], folder: Path
) -> Iterator[None]:
    """Have a worker run what falls due; in the end cancel what runs, and stop it.

    A worker that is asked to stop kills its runs without a word: they would be shown as
    Running for ever.

    Args:
        client: Of the server.
        settings: Environment of the worker: PREFECT_API_URL at least.
        folder: Where it is started; not the project's.
    """
    with _as_it_was(client), worker(settings, folder):
        try:
            yield
        finally:
            if _answers(client):  # a server that is gone records nothing
                _empty(client)


@contextmanager
def _as_it_was(client: SyncPrefectClient) -> Iterator[None]:
    """Leave the pool paused, or not, as it was found."""
    found = client.read_work_pool(POOL)
    try:
        yield
    finally:
        if _answers(client):
            client.update_work_pool(POOL, WorkPoolUpdate(is_paused=found.is_paused))


def _answers(client: SyncPrefectClient) -> bool:
    """Ask once: the client would ask again for more than a minute."""
    return healthy(str(client.api_url).removesuffix("/api/"))


def _empty(client: SyncPrefectClient) -> None:
    """Cancel what runs, and wait until it ended; what falls due waits meanwhile."""
    client.update_work_pool(POOL, WorkPoolUpdate(is_paused=True))
    patient_until = time.monotonic() + _PATIENCE
    while (active := _active(client)) and time.monotonic() < patient_until:
        for run in active:
            if run.state_type is not StateType.CANCELLING:
                client.set_flow_run_state(run.id, _stopped(Cancelling))
        time.sleep(0.5)
    for run in active:
        client.set_flow_run_state(run.id, _stopped(Crashed), force=True)


def _stopped(ending: Callable[..., State[None]]) -> State[None]:
    return ending(message="'evenkeel ui' was stopped.")


def _active(client: SyncPrefectClient) -> list[FlowRun]:
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_ACTIVE))
        ),
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL])),
    )
