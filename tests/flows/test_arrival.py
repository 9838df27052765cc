"""A dataset by its name: balanced as if its config were given, or failed in words."""

from pathlib import Path
from typing import Any

import pytest
from prefect import State
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, StateType

from flows.arrival import balance_arrived
from flows.retrain import retrain
from schemas.config import BalanceConfig
from tasks.storage.commits import read_head
from tasks.storage.places import places
from tasks.storage.roots import ROOTS
from tests.datasets import DATA, request

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

QUICK = {"evaluation": {"evaluator": "none"}}


@pytest.fixture
def datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[BalanceConfig]:
    monkeypatch.setenv(ROOTS, f"{tmp_path},{DATA}")
    output = tmp_path / "out"
    return [
        request(name, output, **QUICK).model_copy(update={"name": f"{name}_arrived"})
        for name in ("glass", "ecoli")
    ]


def _run(state: State[Any]) -> FlowRun:
    assert state.state_details.flow_run_id
    with get_client(sync_client=True) as client:
        return client.read_flow_run(state.state_details.flow_run_id)


def test_a_dataset_is_balanced_by_its_name(
    datasets: list[BalanceConfig], tmp_path: Path
) -> None:
    state = balance_arrived("ecoli_arrived", datasets, return_state=True)
    outcome = state.result()
    assert (outcome.status, outcome.manifest.dataset) == ("published", "ecoli_arrived")
    assert outcome.root == str(tmp_path / "out" / "ecoli_arrived")
    assert _run(state).name == "balance / ecoli_arrived / auto"
    assert not (tmp_path / "out" / "glass_arrived").exists()


def test_another_source_makes_another_version(
    datasets: list[BalanceConfig], tmp_path: Path
) -> None:
    balance_arrived("glass_arrived", datasets)
    moved = tmp_path / "moved" / "glass.parquet"
    moved.parent.mkdir()
    moved.write_bytes((DATA / "glass.parquet").read_bytes())
    again = balance_arrived("glass_arrived", datasets, str(moved))
    assert again.status == "unchanged"
    forced = balance_arrived("glass_arrived", datasets, str(moved), force=True)
    assert (forced.manifest.version, forced.manifest.source.uri) == (2, str(moved))


@pytest.mark.parametrize(
    ("dataset", "source", "said"),
    [
        ("no\nsuch<img src=x onerror=alert(1)>", None, r"No datasets .*'no\\nsuch<img"),
        ("../..", None, "No datasets"),
        ("glass_arrived", "/etc/passwd", "outside of the folders"),
        ("glass_arrived", "..", "outside of the folders"),
    ],
)
def test_a_hostile_event_fails_in_words(
    datasets: list[BalanceConfig],
    tmp_path: Path,
    dataset: str,
    source: str | None,
    said: str,
) -> None:
    state = balance_arrived(dataset, datasets, source, return_state=True)
    assert state.type is StateType.FAILED
    with pytest.raises(Exception, match=said):
        state.result()
    run = _run(state)
    assert run.name.isprintable()
    assert run.state is not None
    assert "UserError" in str(run.state.message)
    assert not (tmp_path / "out").exists()


def test_a_model_is_trained_and_shown(datasets: list[BalanceConfig]) -> None:
    outcome = balance_arrived("ecoli_arrived", datasets)
    manifest = places(outcome.root, outcome.manifest)["manifest"]
    state = retrain(str(manifest), return_state=True)
    found = state.result()
    head = read_head(outcome.root)
    assert head is not None
    assert (found.dataset, found.version) == (head.dataset, head.version)
    assert _run(state).name == f"retrain / ecoli_arrived / version {found.version}"
    with get_client(sync_client=True) as client:
        asked = {"artifacts": {"key": {"any_": ["ecoli-arrived-model"]}}}
        (page,) = client.request("POST", "/artifacts/filter", json=asked).json()
    assert page["type"] == "markdown"
    assert f"# Model of version {found.version}" in page["data"]
    assert f"macro-F1 {found.score:.3f} (higher is better)" in page["description"]
