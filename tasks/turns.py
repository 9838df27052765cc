"""Turns: runs of one dataset work one after the other, whichever deployment began them.

A turn saves work, for a run that waited usually finds nothing to do; it protects
nothing. Twins that meet do no harm, and why is in storage.commits.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from uuid import UUID

from prefect import get_run_logger, runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.objects import ConcurrencyLeaseHolder
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists

LEASE = 60.0  # seconds, the least that a server grants; a killed run's turn ends so
PATIENCE = 3_600.0
"""Seconds to wait for a turn that may never end: a server that keeps its leases in
memory and is restarted knows the slot as taken, and no more by whom."""


@contextmanager
def turn(dataset: str, patience: float = PATIENCE) -> Iterator[None]:
    """Wait until no other run works on a dataset, and keep others waiting meanwhile.

    The turn is a slot of the global concurrency limit ``evenkeel.dataset.NAME``. A run
    that cannot get one, for whatever reason, says so in its log and goes on without.

    Args:
        dataset: Name of the dataset.
        patience: Seconds to wait, at most.
    """
    held = ExitStack()
    with _optional(dataset):
        _take(f"evenkeel.dataset.{dataset}", patience, held)
    try:
        yield
    finally:
        with _optional(dataset):
            held.close()


@contextmanager
def _optional(dataset: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - no failure of a turn is one of the run
        get_run_logger().warning(
            "%s: taking turns failed, going on without: %s", dataset, error
        )


def _take(name: str, patience: float, held: ExitStack) -> None:
    _announce_wait(name)
    slot = concurrency(
        name,
        timeout_seconds=patience,
        lease_duration=LEASE,
        strict=False,
        holder=_holder(),
        raise_on_lease_renewal_failure=False,
    )
    try:
        held.enter_context(slot)
    except TimeoutError:
        get_run_logger().warning(
            "%s: no turn came in %g seconds, going on without", name, patience
        )
        with get_client(sync_client=True) as client:
            free = GlobalConcurrencyLimitUpdate(active_slots=0)
            client.update_global_concurrency_limit(name, free)


def _announce_wait(name: str) -> None:
    """See that there is a limit of one, and say so if its slot is taken."""
    with get_client(sync_client=True) as client:
        with suppress(ObjectAlreadyExists):  # another run has just made it
            client.upsert_global_concurrency_limit_by_name(name, 1)
        limit = client.read_global_concurrency_limit_by_name(name)
        if limit.active_slots:
            get_run_logger().info("%s: another run is at work, waiting", name)


def _holder() -> ConcurrencyLeaseHolder | None:
    run = runtime.flow_run.id
    return ConcurrencyLeaseHolder(type="flow_run", id=UUID(run)) if run else None
