"""prefect.yaml: what it deploys exists, fits the flows, and gets scheduled."""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.schema_tools.validation import validate

from flows.servers import server

ROOT = Path(__file__).parents[1]
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "prefect.yaml").read_text(encoding="utf-8")
)["deployments"]
SCHEDULE_KEYS = {
    *("cron", "interval", "rrule", "timezone", "anchor_date"),
    *("active", "parameters", "slug", "replaces", "day_or"),
}
KEYS = {
    *("name", "description", "version", "tags", "entrypoint", "parameters"),
    *("enforce_parameter_schema", "schedules", "concurrency_limit", "work_pool"),
    "triggers",
}

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


@each_deployment
@pytest.mark.parametrize("load", [_by_path, _by_module])
def test_the_entrypoint_is_a_flow_that_takes_the_parameters(
    deployment: dict[str, Any], load: Callable[[str], Flow[..., Any]]
) -> None:
    flow = load(deployment["entrypoint"])
    schema = flow.parameters.model_dump_for_openapi()
    assert set(deployment["parameters"]) <= set(schema["properties"])
    assert not validate(deployment["parameters"], schema)
    assert flow.validate_parameters(deployment["parameters"])


# Prefect ignores what it does not know: a typo would deploy without a schedule.
@each_deployment
def test_every_key_is_known_and_every_deployment_described(
    deployment: dict[str, Any],
) -> None:
    assert set(deployment) <= KEYS
    assert deployment["description"].strip()
    assert deployment["enforce_parameter_schema"] is True
    assert deployment["work_pool"]["name"]
    for schedule in deployment.get("schedules", []):
        assert set(schedule) <= SCHEDULE_KEYS
        assert schedule["timezone"]


def _prefect(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own interpreter, fixed words
        [sys.executable, "-m", "prefect", "--no-prompt", *words],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.prefect
def test_what_is_deployed_gets_scheduled(tmp_path: Path) -> None:
    with server(tmp_path / "home") as address:
        environment = {
            **os.environ,
            "PREFECT_HOME": str(tmp_path / "client"),
            "PREFECT_API_URL": f"{address}/api",
            "EVENKEEL_HOME": str(ROOT),
        }
        pools = {one["work_pool"]["name"] for one in DEPLOYMENTS}
        for pool in pools:
            _prefect(environment, "work-pool", "create", pool, "--type", "process")
        _prefect(environment, "deploy", "--all")
        scheduled = {one["name"] for one in DEPLOYMENTS if one.get("schedules")}
        assert scheduled <= _scheduled(environment, len(scheduled))
        for one in DEPLOYMENTS:
            name = f"{one['entrypoint'].split(':')[1]}/{one['name']}"
            found = json.loads(
                _prefect(environment, "deployment", "inspect", name, "-o", "json")
            )
            assert found["enforce_parameter_schema"] is True
            if limit := one.get("concurrency_limit"):
                assert found["global_concurrency_limit"]["limit"] == limit["limit"]
                options = found["concurrency_options"]
                assert options["collision_strategy"] == limit["collision_strategy"]


def _scheduled(environment: dict[str, str], wanted: int) -> set[str]:
    """List the deployments that have a scheduled run, waiting for the scheduler."""
    patient_until = time.monotonic() + 60
    names: set[str] = set()
    while len(names) < wanted and time.monotonic() < patient_until:
        listed = _prefect(
            environment, "flow-run", "ls", "--state", "Scheduled", "-o", "json"
        )
        ids = {run["deployment_id"] for run in json.loads(listed)}
        known = json.loads(_prefect(environment, "deployment", "ls", "-o", "json"))
        names = {one["name"] for one in known if one["id"] in ids}
    return names
