"""The balance-many flow: a run of its own for each dataset, one table, a true state."""

from typing import Any
from uuid import UUID

import pytest
from prefect import State, flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed, Running

from flows.balance_many import balance_many
from schemas.batch import BatchFailedError
from schemas.config import BalanceConfig
from tasks.batch_artifact import TABLE
from tasks.orphans import end_orphans
from tasks.sharing import SharedMemory
from tasks.storage.threads import on_threads
from tasks.subflows import numbered
from tests.datasets import request
from tests.project import until

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

NAMES = ("many-glass", "many-gone", "many-ecoli")


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> list[BalanceConfig]:
    folder = tmp_path_factory.mktemp("many")
    plain = {"evaluation": {"evaluator": "none"}}
    configs = [request(name, folder, **plain) for name in ("glass", "ecoli", "ecoli")]
    configs[1] = configs[1].model_copy(update={"source": f"{folder}/gone.parquet"})
    return [
        config.model_copy(update={"name": name})
        for config, name in zip(configs, NAMES, strict=True)
    ]


@pytest.fixture(scope="module")
def claims() -> list[tuple[SharedMemory, object]]:
    """Collect which memory each run asked for its part of."""
    return []


@pytest.fixture(scope="module")
def state(
    datasets: list[BalanceConfig],
    claims: list[tuple[SharedMemory, object]],
    prefect_server: None,
) -> State[Any]:
    """Three datasets at once; the source of one is gone."""
    del prefect_server
    claim = SharedMemory.claim

    def claimed(memory: SharedMemory, run: object, *needs: Any) -> int | None:  # noqa: ANN401 - claim's own
        claims.append((memory, run))
        return claim(memory, run, *needs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SharedMemory, "claim", claimed)
        return balance_many(datasets, concurrency=3, return_state=True)


def _run(state: State[Any]) -> FlowRun:
    assert state.state_details.flow_run_id
    with get_client(sync_client=True) as client:
        return client.read_flow_run(state.state_details.flow_run_id)


def _within(run: UUID) -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        parent = FlowRunFilterParentFlowRunId(any_=[run])
        return client.read_flow_runs(
            flow_run_filter=FlowRunFilter(parent_flow_run_id=parent)
        )


def _artifacts(key: str) -> list[dict[str, Any]]:
    asked = {"artifacts": {"key": {"any_": [key]}}}
    with get_client(sync_client=True) as client:
        found: list[dict[str, Any]] = client.request(
            "POST", "/artifacts/filter", json=asked
        ).json()
    return found


def test_the_run_says_how_many_failed_and_which(state: State[Any]) -> None:
    assert state.type is StateType.FAILED
    assert "1 of 3 datasets failed: many-gone" in str(state.message)
    with pytest.raises(BatchFailedError) as caught:
        state.result()
    statuses = [one.status for one in caught.value.ended]
    assert statuses == ["published", "failed", "published"]
    assert _run(state).name == "balance / 3 datasets"


def test_each_dataset_has_a_run_and_artifacts_of_its_own(state: State[Any]) -> None:
    runs = {run.name: run.state_type for run in _within(_run(state).id)}
    assert runs == {
        "balance / many-glass / auto": StateType.COMPLETED,
        "balance / many-gone / auto": StateType.FAILED,
        "balance / many-ecoli / auto": StateType.COMPLETED,
    }
    assert _artifacts("many-glass-published")
    assert not _artifacts("many-gone-published")


def test_the_runs_share_the_memory_of_their_process(
    state: State[Any], claims: list[tuple[SharedMemory, object]]
) -> None:
    """What they share is known inside of tasks, wherever Prefect runs them."""
    assert state.is_failed()
    (one, first), (other, second) = claims
    assert one is other
    assert first is not second


def test_one_table_shows_all(state: State[Any]) -> None:
    (table,) = (one for one in _artifacts(TABLE) if "many-gone" in str(one["data"]))
    assert table["flow_run_id"] == str(_run(state).id)
    assert table["description"] == "1 failed, 2 published"
    names = ("many-gone", "many-glass", "many-ecoli")  # what failed comes first
    places = [table["data"].index(name) for name in names]
    assert places == sorted(places)
    assert "does not exist" in table["data"]


def test_again_it_completes_where_nothing_changed(
    state: State[Any], datasets: list[BalanceConfig]
) -> None:
    del state
    ended = balance_many([datasets[0], datasets[2]], 1)
    assert [(one.dataset, one.status) for one in ended] == [
        ("many-glass", "unchanged"),
        ("many-ecoli", "unchanged"),
    ]


def _failures(run: FlowRun) -> list[dict[str, Any]]:
    wanted = {"filter": {"event": {"name": ["evenkeel.dataset.failed"]}}}
    with get_client(sync_client=True) as client:
        found = client.request("POST", "/events/filter", json=wanted).json()["events"]
    return [one for one in found if one["payload"]["flow_run_id"] == str(run.id)]


def test_a_refused_list_is_told_and_runs_nothing(
    datasets: list[BalanceConfig], state: State[Any]
) -> None:
    refused = balance_many([datasets[0], datasets[0]], return_state=True)
    assert refused.type is StateType.FAILED
    assert "Two datasets are called 'many-glass'" in str(refused.message)
    run = _run(refused)
    assert _within(run.id) == []
    (told,) = until(lambda: _failures(run), "the event")
    assert "Two datasets" in told["payload"]["reason"]
    assert _failures(_run(state)) == []  # its dataset told, and once is enough


def test_as_many_subflows_are_told_apart_as_begin_at_once() -> None:
    @flow(name="numbered", persist_result=False)
    def child() -> None:
        return None

    @flow(name="numbering", persist_result=False)
    def parent() -> list[None]:
        def one(place: int) -> None:
            with numbered(child, place):
                child()

        return on_threads(one, range(3), 3)

    state = parent(return_state=True)
    runs = _within(_run(state).id)
    assert len(runs) == len({run.parent_task_run_id for run in runs}) == 3


def test_a_run_within_a_run_that_died_is_ended_and_told(
    datasets: list[BalanceConfig],
) -> None:
    @flow(name="left", persist_result=False)
    def left(config: BalanceConfig) -> None:
        del config

    @flow(name="dead", persist_result=False)
    def dead() -> None:
        left(datasets[0])
        left(datasets[2])

    run = _run(dead(return_state=True))
    first, second = _within(run.id)
    with get_client(
        sync_client=True
    ) as client:  # as a process that is killed leaves it
        client.set_flow_run_state(first.id, Running(), force=True)
    end_orphans(balance_many, run, Crashed(message="killed"))
    states = {one.id: one.state_type for one in _within(run.id)}
    assert states == {first.id: StateType.CRASHED, second.id: StateType.COMPLETED}
    (told,) = until(lambda: _failures(first), "the event")
    assert told["payload"]["dataset"] in NAMES
    assert "ended as" in told["payload"]["reason"]
