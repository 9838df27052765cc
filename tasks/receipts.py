"""Asks the server whether events arrived. What they say is in events.

Prefect sends events behind the run's back, and drops them when the process is killed
or the connection is not there: who must not lose one has to ask.
"""

import time
from collections.abc import Sequence
from datetime import timedelta

import httpx
from prefect.client.orchestration import get_client
from prefect.events import Event

PATIENCE = 30.0
"""Seconds; a busy server stores events some seconds after they were sent."""

_PAUSE = 0.5  # seconds between questions
_SKEW = timedelta(days=1)  # between our clock and the server's, at most


def are_recorded(events: Sequence[Event | None], patience: float = PATIENCE) -> bool:
    """Wait until the server has stored all events.

    Args:
        events: As emitted, close in time, one or more; None is one that never was.
        patience: Seconds to wait at most.

    Returns:
        Whether it has; False also when it does not answer.
    """
    sent = [event for event in events if event]
    if len(sent) < len(events):
        return False
    patient_until = time.monotonic() + patience
    while not _found(sent):
        if time.monotonic() > patient_until:
            return False
        time.sleep(_PAUSE)
    return True


def _found(events: Sequence[Event]) -> bool:
    moments = [event.occurred for event in events]
    wanted = {
        "id": {"id": [str(event.id) for event in events]},
        "occurred": {
            "since": (min(moments) - _SKEW).isoformat(),
            "until": (max(moments) + _SKEW).isoformat(),
        },
    }
    try:
        with get_client(sync_client=True) as client:
            answer = client.request("POST", "/events/filter", json={"filter": wanted})
            return len(answer.json()["events"]) == len(events)
    except httpx.HTTPError:
        return False
