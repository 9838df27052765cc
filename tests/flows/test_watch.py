"""The watch flow under a real Prefect API: each change is told once, noise never."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowRunFilter,
    FlowRunFilterId,
)

from flows.pipeline import balance_dataset
from flows.watch import watch
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.records import Sighting
from tasks.running import DirectRunner
from tasks.watching import TABLE
from tests.project import until

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

LABELS = ["no"] * 180 + ["yes"] * 20
NAMES = ("watch-grown", "watch-moved", "watch-still", "watch-gone")


def save(config: BalanceConfig, labels: list[str], name: str = "0.parquet") -> None:
    path = Path(config.source, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"x": range(len(labels)), "y": labels}), path)


def published(folder: Path, name: str) -> BalanceConfig:
    config = BalanceConfig.model_validate(
        {
            "source": str(folder / name),
            "target": "y",
            "name": name,
            "output": str(folder / "out"),
            "evaluation": {"evaluator": "none"},
            "watch": {"settle_seconds": 0},
        }
    )
    save(config, LABELS)
    balance_dataset(config, DirectRunner())
    return config


@pytest.fixture(scope="module")
def datasets(
    tmp_path_factory: pytest.TempPathFactory, prefect_server: None
) -> list[BalanceConfig]:
    """Four datasets: one grew, one moved, one is still, the source of one is gone."""
    del prefect_server
    folder = tmp_path_factory.mktemp("watched")
    configs = [published(folder, name) for name in NAMES]
    grown, moved, _, gone = configs
    save(grown, LABELS, "1.parquet")
    save(moved, ["no"] * 120 + ["yes"] * 80)
    shutil.rmtree(gone.source)
    return configs


@pytest.fixture(scope="module")
def rounds(datasets: list[BalanceConfig]) -> list[list[Sighting]]:
    """Two rounds, and a change at the end whose event tells that all others came."""
    found = [watch(datasets), watch(datasets)]
    still = datasets[2]
    save(still, LABELS, "1.parquet")
    found.append(watch([still]))
    until(lambda: events(still.name), "the last event")
    return found


def events(dataset: str | None) -> list[dict[str, Any]]:
    """Read the events of a dataset, the latest first."""
    wanted = {"filter": {"resource": {"id": [f"evenkeel.dataset.{dataset}"]}}}
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/events/filter", json=wanted)
        return list(answer.json()["events"])


def test_what_was_seen(rounds: list[list[Sighting]]) -> None:
    first, second, third = ([one.status for one in found] for found in rounds)
    assert first == ["changed", "drifted", "unchanged", "unfit"]
    assert second == ["told", "told", "unchanged", "unfit"]
    assert third == ["changed"]


def test_each_change_is_told_once(rounds: list[list[Sighting]]) -> None:
    told = {name: sorted(one["event"] for one in events(name)) for name in NAMES}
    assert told == {
        "watch-grown": ["evenkeel.source.changed"],
        "watch-moved": ["evenkeel.source.changed", "evenkeel.source.drifted"],
        "watch-still": ["evenkeel.source.changed"],
        "watch-gone": [],
    }
    assert len(rounds) == 3


def test_an_event_says_what_changed(
    datasets: list[BalanceConfig], rounds: list[list[Sighting]]
) -> None:
    grown, moved = rounds[0][:2]
    (changed,) = events("watch-grown")
    assert changed["payload"] == {
        "dataset": "watch-grown",
        "source": datasets[0].source,
        "version": 1,
        "fingerprint": grown.fingerprint,
        "rows": 2 * len(LABELS),
        "files": 2,
        "note": grown.note,
    }
    (drifted,) = [one for one in events("watch-moved") if "drifted" in one["event"]]
    assert moved.drift
    assert drifted["payload"]["effect"] == pytest.approx(moved.drift.effect)
    assert drifted["payload"]["classes"] == [
        {"label": "no", "before": 0.9, "after": 0.6},
        {"label": "yes", "before": 0.1, "after": 0.4},
    ]
    roles = {one["prefect.resource.role"] for one in drifted["related"]}
    assert {"flow-run", "task-run"} <= roles


def test_the_table_shows_news_first(rounds: list[list[Sighting]]) -> None:
    with get_client(sync_client=True) as client:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=[TABLE]))
        tables = client.read_artifacts(artifact_filter=wanted)
    said = {table.description: str(table.data) for table in tables}
    assert len(tables) >= len(rounds)
    table = said["1 changed, 1 drifted, 1 unchanged, 1 unfit"]
    order = [table.index(name) for name in ("grown", "moved", "gone", "still")]
    assert order == sorted(order)
    assert "does not exist" in table


def test_runs_are_named_for_people(datasets: list[BalanceConfig]) -> None:
    state = watch(datasets[:2], return_state=True)
    with get_client(sync_client=True) as client:
        run_id = state.state_details.flow_run_id
        assert run_id
        assert client.read_flow_run(run_id).name == "watch / 2 datasets"
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))

        def tasks() -> bool:
            found = client.read_task_runs(flow_run_filter=wanted)
            names = {task.name for task in found}
            return {"look / watch-grown", "look / watch-moved"} <= names

        until(tasks, "the names of the task runs")


def test_two_datasets_of_one_name_are_refused(datasets: list[BalanceConfig]) -> None:
    with pytest.raises(UserError, match="Two datasets are called 'watch-grown'"):
        watch([datasets[0], datasets[0]])
