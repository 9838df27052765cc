"""Fixtures that more than one folder of tests needs."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.prefect_home import share
from tests.s3 import S3, serving

# A busy machine is slow, not wrong; how long things take is for the benchmarks to say.
# A hundred examples, the default, would take the suite beyond 20 minutes on two cores.
settings.register_profile(
    "evenkeel", parent=settings.default, deadline=None, max_examples=50
)
settings.load_profile("evenkeel")
share()


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start a throwaway Prefect API, once, with its own place for results."""
    from prefect.settings import (  # noqa: PLC0415 - seconds that only flow tests pay
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_LOCAL_STORAGE_PATH,
        temporary_settings,
    )
    from prefect.testing.utilities import (  # noqa: PLC0415 - imports the whole server
        prefect_test_harness,
    )

    # Without a heartbeat a flow run does not wait for its last beat, up to a second.
    changed = {
        PREFECT_LOCAL_STORAGE_PATH: tmp_path_factory.mktemp("results"),
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
    }
    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings(changed),
    ):
        yield


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3]:
    """Run an S3 server, once in each process of tests."""
    with serving() as server:
        yield server


@pytest.fixture
def s3(s3_server: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    """Let the code under test reach the S3 server, by its environment."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take one process more than cores: tests of flows wait more than they compute."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files with flow runs last: hypothesis must not share a process with Prefect.

    Threads that Prefect leaves running draw from ``random``; hypothesis takes that for
    a strategy that draws from it, and fails tests that never heard of Prefect.
    """
    last = {item.path for item in items if item.get_closest_marker("prefect")}
    items.sort(key=lambda item: item.path in last)
