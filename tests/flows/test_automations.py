"""Automations are there once, and alerts arrive at a webhook that is really called."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from prefect.automations import AutomationCore, EventTrigger, RunDeployment
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.blocks.system import Secret
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Crashed

from flows.automations import DIED, FLOWS, mark_dead_runs, upsert
from flows.cli import main
from flows.servers import server
from tests.prefect_home import prefect_home
from tests.project import ROOT, Project, until

pytestmark = pytest.mark.prefect

NAMES = {
    "evenkeel: alert",
    "evenkeel: alert of a dead run",
    "evenkeel: alert of an event that started no run",
    "evenkeel: mark dead runs as crashed",
}
ALL = ["automations", "--notify", "custom-webhook/on-call"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Serve, and have this process talk to the server."""
    folder = tmp_path_factory.mktemp("automations")
    with server(prefect_home(folder / "home")) as address:
        settings = {
            "PREFECT_API_URL": f"{address}/api",
            "PREFECT_HOME": str(folder / "client"),
        }
        with temporary_settings({PREFECT_API_URL: f"{address}/api"}):
            yield Project(address, ROOT, folder, settings)


@pytest.fixture(scope="module")
def client(site: Project) -> Iterator[SyncPrefectClient]:
    """Connect to the server."""
    assert site.address
    with get_client(sync_client=True) as connected:
        yield connected


@pytest.fixture(scope="module")
def messages(site: Project) -> Iterator[list[dict[str, str]]]:
    """Listen as a chat service does, with a block on the server that sends there."""
    received: list[dict[str, str]] = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    assert site.address
    with HTTPServer(("127.0.0.1", 0), Chat) as chat:
        listening = threading.Thread(target=chat.serve_forever)
        listening.start()
        CustomWebhookNotificationBlock(
            name="on-call",
            url=f"http://127.0.0.1:{chat.server_port}/",
            json_data={"title": "{{subject}}", "text": "{{body}}"},
        ).save("on-call")
        assert main(ALL) == 0
        yield received
        chat.shutdown()
        listening.join()


def _emit(site: Project, event: str, *words: str, **payload: object) -> None:
    site.prefect(
        *("event", "emit", event, "--resource", "prefect.resource.name=ledger"),
        *("--resource-id", "evenkeel.dataset.ledger"),
        *("--payload", json.dumps(payload), *words),
    )


def _arrived(messages: list[dict[str, str]], title: str) -> str:
    """Wait for the one message of a title, and give its text."""
    until(lambda: [one for one in messages if one["title"] == title], title)
    (text,) = [one["text"] for one in messages if one["title"] == title]
    return text


def test_applied_twice_they_are_there_once(
    site: Project, messages: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ALL) == 0
    said = capsys.readouterr().out.splitlines()
    assert sorted(said) == sorted(f"{name}: is there" for name in NAMES)
    there = [one["name"] for one in site.ask("automations/filter")]
    assert sorted(there) == sorted(NAMES)
    assert messages is not None


def test_one_that_changed_is_brought_up_to_date_and_stays_off_if_it_was(
    client: SyncPrefectClient,
) -> None:
    wanted = mark_dead_runs().model_copy(update={"name": "another"})
    longer = mark_dead_runs(timedelta(seconds=900)).model_copy(
        update={"name": "another"}
    )
    assert upsert(client, wanted) == "made"
    (made,) = client.read_automations_by_name("another")
    client.pause_automation(made.id)
    assert upsert(client, wanted) == "is there"
    assert upsert(client, longer) == "brought up to date"
    (there,) = client.read_automations_by_name("another")
    assert there.id == made.id
    assert there.trigger == longer.trigger
    assert not there.enabled
    client.delete_automation(made.id)


def test_a_dataset_that_failed_or_is_held_back_is_told_and_no_other(
    site: Project, client: SyncPrefectClient, messages: list[dict[str, str]]
) -> None:
    run = _run(client)
    related = {"prefect.resource.id": f"prefect.flow-run.{run}"}
    related["prefect.resource.role"] = "flow-run"
    _emit(site, "evenkeel.dataset.balanced", dataset="ledger", reason="all is well")
    _emit(
        *(site, "evenkeel.dataset.failed", "--related", json.dumps(related)),
        dataset="ledger",
        reason="the disk is full",
    )
    _emit(site, "evenkeel.dataset.held-back", dataset="ledger", verdict="hurt")

    failed = _arrived(messages, "evenkeel: ledger failed")
    link = f"{site.address}/runs/flow-run/{run}"
    assert failed == f"ledger: the disk is full\nRun: {link}"
    assert _arrived(messages, "evenkeel: ledger is held back") == "ledger: verdict hurt"
    assert "all is well" not in str(messages)


def test_a_run_that_was_marked_as_dead_is_told_and_another_crash_is_not(
    client: SyncPrefectClient, messages: list[dict[str, str]]
) -> None:
    other, dead = _run(client, "other"), _run(client, "dead")
    client.set_flow_run_state(other, Crashed(message="Out of memory."), force=True)
    client.set_flow_run_state(dead, Crashed(message=DIED), force=True)
    assert _arrived(messages, "evenkeel: dead died").startswith(DIED)
    assert "other" not in str(messages)


def test_an_event_that_started_no_run_is_told(
    site: Project, client: SyncPrefectClient, messages: list[dict[str, str]]
) -> None:
    deployment = client.create_deployment(_flow(client), "on-new-data")
    client.create_automation(
        AutomationCore(
            name="new-data",
            trigger=EventTrigger(expect={"evenkeel.source.changed"}),
            actions=[
                RunDeployment(
                    deployment_id=deployment,
                    parameters={"source": "{{ event.payload.source }}"},
                )
            ],
        )
    )
    _emit(site, "evenkeel.source.changed", dataset="ledger")
    told = _arrived(messages, "evenkeel: new-data started no run")
    assert re.search(r"Unable to create flow run(?s:.*)/events/event/", told)


def _flow(client: SyncPrefectClient) -> Any:  # noqa: ANN401 - the client's own UUID
    return client.create_flow_from_name("balance")


def _run(client: SyncPrefectClient, name: str = "balance / ledger") -> str:
    asked = {"flow_id": str(_flow(client)), "name": name}
    answer = client.request("POST", "/flow_runs/", json=asked)
    return str(answer.json()["id"])


@pytest.mark.parametrize("place", ["slack-webhook/nobody", "on-call", "secret/quiet"])
def test_a_block_that_cannot_notify_is_refused_with_the_way_out(
    site: Project, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert site.address
    Secret(value="hush").save("quiet", overwrite=True)
    assert main(["automations", "--notify", place]) == 2
    said = capsys.readouterr().err
    assert place in said
    assert "--notify slack-webhook/" in said


def test_without_a_server_it_says_how_to_name_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert main(["automations"]) == 2
    assert "export PREFECT_API_URL=" in capsys.readouterr().err


def test_a_server_that_does_not_answer_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert main(["automations"]) == 1
    assert "http://127.0.0.1:9/api" in capsys.readouterr().err


def test_no_flow_of_ours_is_forgotten() -> None:
    declared = [
        name
        for file in Path(ROOT / "flows").glob("*.py")
        for name in re.findall(r'@flow\(\s*name="(.*?)"', file.read_text())
    ]
    assert set(declared) <= set(FLOWS)
    assert "balance" in declared
