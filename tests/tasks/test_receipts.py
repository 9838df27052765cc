"""A receipt is given for what the server has, and for nothing else."""

import pytest
from prefect.events import Event, Resource
from prefect.settings import PREFECT_API_URL, temporary_settings

from tasks.events import emit
from tasks.receipts import are_recorded

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]


def test_events_that_arrived_are_recorded() -> None:
    sent = [emit("evenkeel.test", "receipt", {"n": number}) for number in range(3)]
    assert are_recorded(sent)


def test_an_event_that_was_never_sent_is_not_recorded() -> None:
    resource = Resource({"prefect.resource.id": "evenkeel.dataset.receipt"})
    unsent = Event(event="evenkeel.test", resource=resource)
    sent = emit("evenkeel.test", "receipt", {})
    assert not are_recorded([sent, unsent], patience=1)
    assert not are_recorded([sent, None])


def test_a_server_that_does_not_answer_has_recorded_nothing() -> None:
    sent = emit("evenkeel.test", "receipt", {})
    assert are_recorded([sent])
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert not are_recorded([sent], patience=0)
