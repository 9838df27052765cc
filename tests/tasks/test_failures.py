"""Hooks of failed runs: they tell why, tidy up after that run, and never raise."""

import logging
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect import State
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ParameterTypeError
from prefect.states import Cancelling, Crashed

from flows.balance import balance
from schemas.config import BalanceConfig
from schemas.errors import UserError
from tasks.failures import WHEN_CANCELLED, WHEN_FAILED, asked, clean_up, report_failure
from tasks.storage.commits import commit
from tasks.storage.workspace import begin, directory, write_bytes
from tests.datasets import request
from tests.project import until
from tests.storage.drafts import draft

KEY = "a1" * 32
PLAIN = {"source": "x.parquet", "target": "y", "name": "plain"}
OTHER = {**PLAIN, "name": "other", "output": "elsewhere"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "config": JSON | st.just(PLAIN),
        "dataset": JSON | st.just("plain"),
        "datasets": JSON | st.lists(JSON | st.just(PLAIN)),
        "source": JSON,
    },
)


def _glass(output: Path, **fields: str) -> BalanceConfig:
    return request("glass", output, ignore=()).model_copy(update=fields)


def _told(run: UUID) -> dict[str, Any]:
    """Wait for the event that a run failed."""
    wanted = {"filter": {"event": {"name": ["evenkeel.dataset.failed"]}}}

    def look() -> dict[str, Any] | None:
        with get_client(sync_client=True) as client:
            events = client.request("POST", "/events/filter", json=wanted).json()
        for event in events["events"]:
            if event["payload"].get("flow_run_id") == str(run):
                return dict(event)
        return None

    return until(look, f"the event that run {run} failed")


def _run_of(state: State[Any]) -> UUID:
    assert state.state_details.flow_run_id
    return state.state_details.flow_run_id


def _run(parameters: dict[str, Any], name: str = "a run") -> FlowRun:
    return FlowRun(flow_id=uuid4(), name=name, parameters=parameters)


@given(PARAMETERS)
def test_whatever_the_parameters_are_they_are_read(parameters: dict[str, Any]) -> None:
    found = asked(parameters)
    assert found is None or found.name == "plain"


def test_a_dataset_is_asked_for_by_config_or_by_name() -> None:
    config = BalanceConfig.model_validate(OTHER)
    assert asked({"config": OTHER}) == asked({"config": config}) == config
    listed = {"datasets": [PLAIN, OTHER], "dataset": "other"}
    assert asked(listed) == asked({**listed, "source": "/etc/passwd"}) == config


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"config": None},
        {"config": {**PLAIN, "name": "No slug"}},
        {"datasets": [PLAIN], "dataset": "unheard_of"},
        {"datasets": [PLAIN, {"source": 3}], "dataset": "plain"},
        {"datasets": [PLAIN, PLAIN], "dataset": "plain"},
        {"datasets": 3, "dataset": "plain"},
        {"datasets": [PLAIN]},
    ],
    ids=str,
)
def test_what_names_no_dataset_is_none(parameters: dict[str, Any]) -> None:
    assert asked(parameters) is None


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_a_failure_is_told_in_words(tmp_path: Path) -> None:
    config = _glass(tmp_path, target="Typo", name="told")
    state = balance(config, return_state=True)
    with pytest.raises(UserError):
        state.result()
    event = _told(_run_of(state))
    assert event["resource"]["prefect.resource.id"] == "evenkeel.dataset.told"
    runs = [f"prefect.flow-run.{_run_of(state)}"]
    related = [labels["prefect.resource.id"] for labels in event["related"]]
    assert [one for one in related if "flow-run" in one] == runs
    told = event["payload"]
    assert (told["dataset"], told["state"]) == ("told", "Failed")
    assert told["flow_run_name"] == "balance / told / auto"
    assert "UserError" in told["reason"]
    assert "did you mean 'Type'" in told["reason"]


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("broken", [{"name": "../../etc"}, {"source": "no/such"}])
def test_a_dataset_without_a_name_is_unknown(
    broken: dict[str, str], tmp_path: Path
) -> None:
    fields = {**_glass(tmp_path).model_dump(mode="json"), **broken}
    state = balance(fields, return_state=True)
    with pytest.raises((ParameterTypeError, UserError)):
        state.result()
    told = _told(_run_of(state))["payload"]
    assert told["dataset"] == "unknown"
    assert any(word in told["reason"] for word in ("config.name", "does not exist"))


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_a_reason_is_one_line_of_bounded_length(tmp_path: Path) -> None:
    config = _glass(tmp_path, target="x" * 9_000, name="long")
    state = balance(config, return_state=True)
    assert state.is_failed()
    reason = _told(_run_of(state))["payload"]["reason"]
    assert len(reason) == 500
    assert reason.endswith("x…")


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_only_what_the_run_left_unpublished_is_removed(tmp_path: Path) -> None:
    config = {**PLAIN, "output": str(tmp_path)}
    run, other = _run({"config": config}), _run({"config": config})
    published, lost, theirs, nobodys = (
        begin(str(tmp_path), "plain", KEY, owner)
        for owner in (str(run.id), str(run.id), str(other.id), "")
    )
    commit(published, draft(published, [write_bytes(published, "x", b"fine")]))
    for _ in range(2):  # Prefect calls the hooks of cancelled runs twice
        clean_up(balance, run, Cancelling())
        kept = {str(path) for path in tmp_path.glob("plain/data/*")}
        assert kept == {directory(one) for one in (published, theirs, nobodys)}
    assert not Path(directory(lost)).exists()


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("hook", [report_failure, clean_up])
def test_a_hook_that_fails_is_a_line_of_the_log(
    hook: Any,  # noqa: ANN401 - either of the hooks
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The run is not in the server, and the output cannot be a place."""
    run = _run({"config": {**PLAIN, "output": "ftp://nowhere"}})
    with caplog.at_level(logging.WARNING):
        hook(balance, run, Crashed(message="killed"))
    (said,) = [r.message for r in caplog.records if r.name == "prefect.flow_runs"]
    assert said.startswith("could not ")


def test_the_flow_has_the_hooks() -> None:
    assert balance.on_failure_hooks == balance.on_crashed_hooks == WHEN_FAILED
    assert balance.on_cancellation_hooks == [clean_up] == WHEN_CANCELLED
    assert [report_failure, clean_up] == WHEN_FAILED
