"""Automations of a Prefect server: made, and brought up to date, by name.

Triggers that start deployments are prefect.yaml's; what alerts say, alerts'.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from httpx import HTTPError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings

from flows.alerts import alert, alert_of_dead_run, alert_of_lost_event
from schemas.errors import EvenkeelError, UserError

FLOWS = ("balance", "balance-many", "compare", "retrain", "tutorial", "watch")
"""Names of our flows; other flows of the server are none of our business."""

DIED = "No sign of life from the process of this run: it was killed, or its machine."
_HEARTBEAT = "prefect.flow-run.heartbeat"
_ENDINGS = ("Cancelled", "Completed", "Crashed", "Failed")
_PAUSES = ("AwaitingRetry", "Paused", "Suspended")
_FIELDS = {"name", "description", "enabled", "trigger", "actions"}


def mark_dead_runs(within: timedelta = timedelta(seconds=540)) -> AutomationCore:
    """Mark a run as crashed when its heartbeat stops and it did not end.

    A process that is killed outside a worker tells nobody, and its run would stay
    Running for ever. See https://docs.prefect.io/v3/advanced/detect-zombie-flows

    Args:
        within: How long after a heartbeat the next may come, 10 s at least; the default
            is three times the 180 s that Prefect leaves between two.
    """
    states = {f"prefect.flow-run.{name}" for name in (*_ENDINGS, *_PAUSES)}
    seconds = int(within.total_seconds())
    return AutomationCore(
        name="evenkeel: mark dead runs as crashed",
        description=f"A run that sent no heartbeat for {seconds} s and did not end is "
        "dead: its process was killed, and nobody was left to say so.",
        trigger=EventTrigger(
            after={_HEARTBEAT},
            expect={_HEARTBEAT, *states},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={
                "prefect.resource.role": "flow",
                "prefect.resource.name": list(FLOWS),
            },
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[
            ChangeFlowRunState(name="Crashed", state=StateType.CRASHED, message=DIED)
        ],
    )


def apply(client: SyncPrefectClient, notify: str | None = None) -> list[str]:
    """Make the automations, or bring them up to date.

    Args:
        client: Of the server.
        notify: TYPE/NAME of a notification block, such as slack-webhook/on-call; no
            alerts without.

    Returns:
        What was done, a line for each.

    Raises:
        UserError: There is no such block, or it sends no notifications.
    """
    wanted = [mark_dead_runs()]
    if notify is not None:
        block = _block(client, notify)
        wanted += [
            alert(block),
            alert_of_dead_run(block, DIED),
            alert_of_lost_event(block),
        ]
    return [f"{one.name}: {upsert(client, one)}" for one in wanted]


def upsert(client: SyncPrefectClient, wanted: AutomationCore) -> str:
    """Make an automation, or bring the one of its name up to date.

    Args:
        client: Of the server.
        wanted: As it is to be; one that was switched off stays so.

    Returns:
        What was done, in words.
    """
    found = client.read_automations_by_name(wanted.name)
    if not found:
        client.create_automation(wanted)
        return "made"
    there = found[0]
    changed = wanted.model_copy(update={"enabled": there.enabled})
    if there.model_dump(include=_FIELDS) == changed.model_dump(include=_FIELDS):
        return "is there"
    # The client sends only what was set, and the server wants all of it but the owner.
    whole = AutomationCore.model_validate(
        changed.model_dump(exclude={"owner_resource"})
    )
    client.update_automation(there.id, whole)
    return "brought up to date"


@contextmanager
def connected() -> Iterator[SyncPrefectClient]:
    """Connect to the Prefect server that the settings name.

    Raises:
        UserError: They name none.
        EvenkeelError: It does not answer, or refuses.
    """
    address = get_current_settings().api.url
    if address is None:
        raise UserError(
            "no Prefect server is named; say which: "
            "export PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    try:
        with get_client(sync_client=True) as client:
            yield client
    except (HTTPError, RuntimeError) as error:
        raise EvenkeelError(
            f"the Prefect server at {address} failed: {error}"
        ) from error


def _block(client: SyncPrefectClient, place: str) -> UUID:
    """Find the notification block TYPE/NAME."""
    kind, _, name = place.partition("/")
    try:
        block = client.read_block_document_by_name(name, kind)
    except ObjectNotFound as error:
        raise UserError(
            f"the Prefect server has no block {place!r} to notify; make one in its UI "
            "under Blocks, such as a Slack Webhook named on-call, and give it as "
            "--notify slack-webhook/on-call"
        ) from error
    schema = block.block_schema
    if schema is None or "notify" not in schema.capabilities:
        raise UserError(
            f"the block {place!r} sends no notifications; give one that does, such as "
            "a Slack Webhook: --notify slack-webhook/NAME"
        )
    return block.id
