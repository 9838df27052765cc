"""Automations that tell people, by a notification block, what went wrong.

What a block sends to is Prefect's: https://docs.prefect.io/v3/concepts/blocks
"""

from uuid import UUID

from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger

_RUN = "{% if flow_run %}\nRun: {{ flow_run | ui_url }}{% endif %}"


def alert(block: UUID) -> AutomationCore:
    """Tell when a run of a dataset failed, or its version is held back.

    Args:
        block: Id of the notification block.
    """
    return AutomationCore(
        name="evenkeel: alert",
        description="Tells people of a dataset whose run failed or was held back.",
        trigger=EventTrigger(
            expect={"evenkeel.dataset.held-back", "evenkeel.dataset.failed"},
            match={"prefect.resource.id": "evenkeel.dataset.*"},
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="evenkeel: {{ event.resource.name }} "
                "{{ 'failed' if event.event.endswith('failed') else 'is held back' }}",
                body="{{ event.payload.dataset }}: "
                "{{ event.payload.reason or 'verdict ' ~ event.payload.verdict }}"
                + _RUN,
            )
        ],
    )


def alert_of_dead_run(block: UUID, message: str) -> AutomationCore:
    """Tell when a run was marked as dead; no process was left to announce it.

    Args:
        block: Id of the notification block.
        message: Of the state that marks it.
    """
    return AutomationCore(
        name="evenkeel: alert of a dead run",
        description="Tells people of a run that was marked as crashed.",
        trigger=EventTrigger(
            expect={"prefect.flow-run.Crashed"},
            match={
                "prefect.resource.id": "prefect.flow-run.*",
                "prefect.state-message": message,
            },
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="evenkeel: {{ event.resource.name }} died",
                body=message + _RUN,
            )
        ],
    )


def alert_of_lost_event(block: UUID) -> AutomationCore:
    """Tell when an event should have started a run and could not.

    Such as one whose payload lacks what the trigger hands on: but for a line in the
    server's log, nothing else says so.

    Args:
        block: Id of the notification block.
    """
    return AutomationCore(
        name="evenkeel: alert of an event that started no run",
        description="Tells people of an event that no deployment could be run with.",
        trigger=EventTrigger(
            expect={"prefect.automation.action.failed"},
            match={"prefect.resource.id": "prefect.automation.*"},
            # Not of an alert, which would go round in circles; nor of a run that had
            # ended when it was to be marked as dead.
            match_related={
                "prefect.resource.role": "target",
                "prefect.resource.id": "prefect.deployment.*",
            },
        ),
        actions=[
            SendNotification(
                block_document_id=block,
                subject="evenkeel: {{ event.resource.name }} started no run",
                body="{{ event.payload.reason }}\nEvent: {{ event | ui_url }}",
            )
        ],
    )
