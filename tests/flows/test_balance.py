"""The balance flow under a real Prefect API: runs, artifacts, failures."""

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowRunFilter,
    FlowRunFilterId,
)
from prefect.client.schemas.objects import Artifact

from flows.balance import balance
from flows.pipeline import balance_dataset
from schemas.errors import UserError
from tasks.running import DirectRunner
from tests.datasets import request

pytestmark = pytest.mark.prefect


def _artifacts(key: str) -> list[Artifact]:
    with get_client(sync_client=True) as client:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        return list(client.read_artifacts(artifact_filter=wanted))


@pytest.mark.usefixtures("prefect_server")
def test_a_flow_run_publishes_the_same_and_shows_it(tmp_path: Path) -> None:
    config = request("glass", tmp_path)
    outcome = balance(config)
    assert outcome.status == "published"
    (verdict,) = _artifacts("glass-verdict")
    assert "macro-F1" in str(verdict.data)
    (report,) = _artifacts("glass-report")
    assert "data:image/svg+xml;base64," in str(report.data)
    (classes,) = _artifacts("glass-classes")
    assert "headlamps" in str(classes.data)
    assert _artifacts("glass-evaluation")
    (decision,) = _artifacts("glass-decision")
    assert decision.description == "smote: 171 → 366 rows"
    again = balance(config, force=True)
    assert again.manifest.version == 2
    assert len(_artifacts("glass-verdict")) == 2
    assert balance(config).status == "unchanged"
    published = {one.description: one.data for one in _artifacts("glass-published")}
    assert set(published) == {
        "Version 1: published",
        "Version 2: published",
        "Version 2: unchanged",
    }
    page = str(published["Version 1: published"])
    assert outcome.root in page.replace("\\", "")  # that escape underscores
    assert "Nothing to do" in str(published["Version 2: unchanged"])


@pytest.mark.usefixtures("prefect_server")
def test_the_engine_does_not_show_in_the_bytes(tmp_path: Path) -> None:
    config = request("glass", tmp_path)
    ours, theirs = (
        {e.path.split("/", 2)[2]: e.sha256 for e in outcome.manifest.files}
        for outcome in (
            balance(config),
            balance_dataset(config, DirectRunner(), force=True),
        )
    )
    assert ours == theirs


@pytest.mark.usefixtures("prefect_server")
def test_runs_and_tasks_are_named_for_people(tmp_path: Path) -> None:
    config = request("glass", tmp_path, strategy={"kind": "random_over"})
    state = balance(config, return_state=True)
    with get_client(sync_client=True) as client:
        run_id = state.state_details.flow_run_id
        assert run_id
        assert client.read_flow_run(run_id).name == "balance / glass / random_over"
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
        tasks = {task.name for task in client.read_task_runs(flow_run_filter=wanted)}
    assert {"survey", "plan", "evaluate", "publish", "show-in-ui"} <= tasks


@pytest.mark.usefixtures("prefect_server")
def test_a_run_without_a_source_is_named_by_what_was_asked_for(tmp_path: Path) -> None:
    config = request("glass", tmp_path, source="no/such.parquet")
    with pytest.raises(UserError, match="does not exist"):
        balance(config)
    with get_client(sync_client=True) as client:
        names = {run.name for run in client.read_flow_runs()}
    assert "balance / no/such.parquet / auto" in names


@pytest.mark.usefixtures("prefect_server")
def test_a_user_error_fails_the_run_with_its_message(tmp_path: Path) -> None:
    config = request("glass", tmp_path, target="Typo", ignore=())
    with pytest.raises(UserError, match="did you mean 'Type'"):
        balance(config)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("prefect_server")
def test_progress_is_an_artifact_where_there_are_several_parts(tmp_path: Path) -> None:
    outcome = balance(request("ecoli", tmp_path, evaluation={"evaluator": "none"}))
    assert outcome.manifest.verdict == "not evaluated"
    with get_client(sync_client=True) as client:
        kinds = {artifact.type for artifact in client.read_artifacts(limit=100)}
    assert "progress" in kinds
