"""The work pool is left as it was found, and no run in it stays Running for ever."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.states import Running

from flows.pools import make_pool, working
from flows.servers import POOL, server
from tests.prefect_home import prefect_home

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve."""
    with server(prefect_home(tmp_path_factory.mktemp("pools") / "home")) as served:
        yield served


def _settings(address: str, folder: Path) -> dict[str, str]:
    return {"PREFECT_API_URL": f"{address}/api", "PREFECT_HOME": str(folder)}


def _run_without_a_process(client: SyncPrefectClient) -> UUID:
    flow = client.create_flow_from_name("balance")
    deployment = client.create_deployment(flow, "lost", work_pool_name=POOL)
    run = client.create_flow_run_from_deployment(deployment)
    client.set_flow_run_state(run.id, Running(), force=True)
    return run.id


@pytest.mark.parametrize("paused", [True, False])
def test_a_run_that_does_not_end_is_marked_and_the_pool_is_as_it_was(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, paused: bool
) -> None:
    monkeypatch.setattr("flows.pools._PATIENCE", 2)
    with SyncPrefectClient(f"{address}/api") as client:
        make_pool(client)
        client.update_work_pool(POOL, WorkPoolUpdate(is_paused=paused))
        with working(client, _settings(address, tmp_path), tmp_path):
            run = _run_without_a_process(client)
        state = client.read_flow_run(run).state
        assert state
        assert (state.name, state.message) == ("Crashed", "'evenkeel ui' was stopped.")
        assert client.read_work_pool(POOL).is_paused is paused


def test_a_pool_that_is_there_keeps_what_people_changed(address: str) -> None:
    with SyncPrefectClient(f"{address}/api") as client:
        make_pool(client)
        client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=3))
        make_pool(client)
        pool = client.read_work_pool(POOL)
    assert (pool.type, pool.concurrency_limit) == ("process", 3)
    assert "command" in pool.base_job_template["variables"]["properties"]


def test_a_worker_is_stopped_even_if_the_server_is_gone(tmp_path: Path) -> None:
    with ExitStack() as serving:
        address = serving.enter_context(server(prefect_home(tmp_path / "home")))
        with SyncPrefectClient(f"{address}/api") as client:
            make_pool(client)
            with working(client, _settings(address, tmp_path), tmp_path):
                serving.close()
    assert (tmp_path / "worker.log").is_file()
