"""prefect.yaml: what it deploys exists, fits the flows, gets scheduled, triggered."""

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow
from prefect.events import Event
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.schema_tools.hydration import HydrationContext, hydrate
from prefect.utilities.schema_tools.validation import validate

from flows.pipeline import balance_dataset
from flows.servers import POOL
from schemas.config import BalanceConfig
from tasks.environment import ENGINE
from tasks.events import payload
from tasks.running import DirectRunner
from tasks.storage.roots import ROOTS
from tasks.survey import dataset_name
from tests.datasets import request
from tests.project import Project, served, until

ROOT = Path(__file__).parents[1]
FILE: dict[str, Any] = yaml.safe_load(
    (ROOT / "prefect.yaml").read_text(encoding="utf-8")
)
DATASETS: list[dict[str, Any]] = FILE["definitions"]["datasets"]
DEPLOYMENTS: list[dict[str, Any]] = FILE["deployments"]
POOLS = ("worker", "on_processes", "on_dask")
SCHEDULE_KEYS = {
    *("cron", "interval", "rrule", "timezone", "anchor_date"),
    *("active", "parameters", "slug", "replaces", "day_or"),
}
KEYS = {
    *("name", "description", "version", "tags", "entrypoint", "parameters"),
    *("enforce_parameter_schema", "schedules", "concurrency_limit", "work_pool"),
    "triggers",
}
TRIGGER_KEYS = {"name", "description", "type", "match", "expect", "parameters"}
BALANCED, CHANGED = "evenkeel.dataset.balanced", "evenkeel.source.changed"

each_deployment = pytest.mark.parametrize(
    "deployment", DEPLOYMENTS, ids=[one["name"] for one in DEPLOYMENTS]
)


def _by_path(entrypoint: str) -> Flow[..., Any]:
    """Import a flow as Prefect does it, leaving the path as it was."""
    before = list(sys.path)
    try:
        found: Flow[..., Any] = load_flow_from_entrypoint(str(ROOT / entrypoint))
    finally:
        sys.path[:] = before
    return found


def _by_module(entrypoint: str) -> Flow[..., Any]:
    path, name = entrypoint.split(":")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    found: Flow[..., Any] = getattr(module, name)
    return found


def _full_name(deployment: dict[str, Any]) -> str:
    """Name a deployment as Prefect does; its flow may differ from the function."""
    return f"{_by_module(deployment['entrypoint']).name}/{deployment['name']}"


def _triggers(event: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for deployment in DEPLOYMENTS:
        for trigger in deployment.get("triggers", []):
            if event in trigger["expect"]:
                yield deployment, trigger


def _received(event: str, facts: Mapping[str, Any], resource: str) -> dict[str, Any]:
    """Give the parameters of the run that an event starts, made by Prefect's code."""
    ((deployment, trigger),) = _triggers(event)
    told = Event(
        event=event, resource={"prefect.resource.id": resource}, payload=dict(facts)
    )
    context = HydrationContext(
        raise_on_error=True, render_jinja=True, jinja_context={"event": told}
    )
    made = {**deployment["parameters"], **hydrate(trigger["parameters"], context)}
    schema = _by_module(deployment["entrypoint"]).parameters.model_dump_for_openapi()
    assert not validate(made, schema)
    return made


def test_the_deployments_are_these() -> None:
    assert {_full_name(one) for one in DEPLOYMENTS} >= {
        *("balance/nightly", "balance/on-new-data"),
        *("balance/on-processes", "balance/on-dask"),
        *("watch/every-15-minutes", "retrain/on-balanced", "compare/weekly"),
        "balance-many/every-night",
    }


@each_deployment
@pytest.mark.parametrize("load", [_by_path, _by_module])
def test_the_entrypoint_is_a_flow_that_takes_the_parameters(
    deployment: dict[str, Any], load: Callable[[str], Flow[..., Any]]
) -> None:
    flow = load(deployment["entrypoint"])
    schema = flow.parameters.model_dump_for_openapi()
    triggers = deployment.get("triggers", [])
    told = {name: "told" for trigger in triggers for name in trigger["parameters"]}
    given = {**deployment["parameters"], **told}
    assert set(given) <= set(schema["properties"])
    assert not validate(given, schema)
    assert flow.validate_parameters(given)


# Prefect ignores what it does not know: a typo would deploy without a schedule.
@each_deployment
def test_every_key_is_known_and_every_deployment_described(
    deployment: dict[str, Any],
) -> None:
    assert set(deployment) <= KEYS
    assert deployment["description"].strip()
    assert deployment["enforce_parameter_schema"] is True
    assert deployment["tags"]
    assert set(deployment["concurrency_limit"]) == {"limit", "collision_strategy"}
    for schedule in deployment.get("schedules", []):
        assert set(schedule) <= SCHEDULE_KEYS
        assert schedule["timezone"]
    for trigger in deployment.get("triggers", []):
        assert set(trigger) == TRIGGER_KEYS


# Empty roots would allow every path, and so would a variable unset at deployment.
@each_deployment
def test_every_run_works_in_the_pool_and_its_allowed_roots(
    deployment: dict[str, Any],
) -> None:
    assert any(deployment["work_pool"] is FILE["definitions"][one] for one in POOLS)
    assert deployment["work_pool"]["name"] == POOL
    roots = deployment["work_pool"]["job_variables"]["env"][ROOTS]
    assert roots.strip()
    assert "{{" not in roots


def test_engines_differ_in_nothing_but_the_engine() -> None:
    plain, *others = (FILE["definitions"][one]["job_variables"]["env"] for one in POOLS)
    engines = [{**one, **plain}.keys() - plain.keys() for one in others]
    assert engines == [{ENGINE}, {ENGINE}]
    assert [one[ENGINE] for one in others] == ["processes", "dask"]
    assert all(one.items() >= plain.items() for one in others)


def test_the_datasets_are_configured_once_and_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    names = [dataset_name(BalanceConfig.model_validate(one)) for one in DATASETS]
    assert len(names) == len(set(names))
    assert all((ROOT / one["source"]).exists() for one in DATASETS)
    apart = {"datasets", *POOLS}
    assert names == [name for name in FILE["definitions"] if name not in apart]
    for deployment in DEPLOYMENTS:
        parameters = deployment["parameters"]
        assert parameters.get("datasets", DATASETS) is DATASETS
        assert parameters.get("dataset", names[0]) in names
        assert any(parameters.get("config", DATASETS[0]) is one for one in DATASETS)


def test_triggers_name_what_events_tell(tmp_path: Path) -> None:
    config = request("glass", tmp_path, evaluation={"evaluator": "none"})
    known = {
        BALANCED: set(payload(balance_dataset(config, DirectRunner()))),
        CHANGED: {"dataset", "source"},
    }
    for event, keys in known.items():
        for _, trigger in _triggers(event):
            asked = re.findall(r"event\.payload\.(\w+)", json.dumps(trigger))
            assert asked
            assert set(asked) <= keys


NAMED = "evenkeel.dataset.hypothyroid"
HOSTILE = '../..\n\x1b[31m"}<img src=x onerror=alert(1)>{{ event.id }}'


@pytest.mark.parametrize(
    ("facts", "resource", "dataset", "source"),
    [
        ({}, NAMED, "hypothyroid", None),
        ({"dataset": "glass"}, NAMED, "glass", None),
        ({"dataset": None, "source": None}, NAMED, "hypothyroid", None),
        ({"dataset": "", "source": ""}, NAMED, "hypothyroid", None),
        ({"source": "new/*.parquet"}, NAMED, "hypothyroid", "new/*.parquet"),
        ({"source": 7}, NAMED, "hypothyroid", "7"),
        ({"dataset": HOSTILE, "source": HOSTILE}, NAMED, HOSTILE, HOSTILE),
        ({}, f"{NAMED}.{NAMED}", f"hypothyroid.{NAMED}", None),
        ({"dataset": {"__prefect_kind": "x"}}, NAMED, "{'__prefect_kind': 'x'}", None),
    ],
)
def test_whatever_an_event_tells_starts_a_run_with_text(
    facts: dict[str, Any], resource: str, dataset: str, source: str | None
) -> None:
    made = _received(CHANGED, facts, resource)
    assert (made["dataset"], made["source"]) == (dataset, source)
    assert made["datasets"] == DATASETS


@pytest.mark.parametrize(
    ("facts", "manifest"),
    [({"manifest": "/x/1.json"}, "/x/1.json"), ({}, ""), ({"manifest": 1}, "1")],
)
def test_retraining_receives_where_the_manifest_lies(
    facts: dict[str, Any], manifest: str
) -> None:
    assert _received(BALANCED, facts, NAMED) == {"manifest": manifest}


@pytest.mark.prefect
def test_what_is_deployed_gets_scheduled_and_triggered(tmp_path: Path) -> None:
    with served(tmp_path / "home") as address:
        settings = {
            "PREFECT_HOME": str(tmp_path / "client"),
            "PREFECT_API_URL": f"{address}/api",
            "EVENKEEL_HOME": str(ROOT),
        }
        project = Project(address, ROOT, tmp_path, settings)
        project.prefect("work-pool", "create", POOL, "--type", "process")
        project.prefect("deploy", "--all")
        automations = {one["name"]: one for one in project.ask("automations/filter")}
        deployed = {one["name"]: one for one in project.ask("deployments/filter")}
        assert set(deployed) == {one["name"] for one in DEPLOYMENTS}
        for one in DEPLOYMENTS:
            found = deployed[one["name"]]
            _check_limits(one, found)
            for trigger in one.get("triggers", []):
                automation = automations[trigger["name"]]
                assert automation["enabled"] is True
                assert automation["actions"][0]["deployment_id"] == found["id"]
            if one.get("schedules"):
                until(partial(_scheduled, project, found["id"]), f"runs of {one}")


def _check_limits(deployment: dict[str, Any], found: dict[str, Any]) -> None:
    limit = deployment["concurrency_limit"]
    assert found["enforce_parameter_schema"] is True
    assert found["global_concurrency_limit"]["limit"] == limit["limit"]
    strategy = found["concurrency_options"]["collision_strategy"]
    assert strategy == limit["collision_strategy"]


# With SQLAlchemy 2.1 a schedule makes no runs, and only the server's log tells.
def _scheduled(project: Project, deployment: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = project.ask(
        "flow_runs/filter",
        deployments={"id": {"any_": [deployment]}},
        flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}},
    )
    return found
