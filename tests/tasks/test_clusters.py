"""Clusters that cannot do the work are refused, with what is missing."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster
from prefect_dask.task_runners import DaskTaskRunner

from schemas.errors import UserError
from tasks import clusters
from tasks.clusters import ADDRESS, dask_runner

pytestmark = pytest.mark.prefect  # for Dask leaves threads too


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name a cluster of one process."""
    with LocalCluster(  # type: ignore[no-untyped-call] # Dask's
        n_workers=1, dashboard_address="127.0.0.1:0", local_directory=str(tmp_path)
    ) as found:
        monkeypatch.setenv(ADDRESS, found.scheduler_address)
        yield found.scheduler_address


def test_a_cluster_that_has_the_same_is_taken(address: str) -> None:
    runner = dask_runner(1)
    assert isinstance(runner, DaskTaskRunner)
    assert runner.address == address
    assert logging.getLogger("distributed").level == logging.WARNING


@pytest.mark.usefixtures("address")
def test_a_worker_of_other_versions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "version", lambda _name: "0.0")
    with pytest.raises(UserError, match=r"other bytes\. Install the same"):
        dask_runner(1)


@pytest.mark.parametrize("wrong", ["nowhere:1", "tcp://127.0.0.1:1", "http://x", ":"])
def test_an_address_where_nothing_answers_is_told(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "_PATIENCE", 1)
    monkeypatch.setenv(ADDRESS, wrong)
    with pytest.raises(UserError, match="no Dask scheduler answers"):
        dask_runner(1)


def test_a_package_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prefect_dask.task_runners", None)
    with pytest.raises(UserError, match=r"pip install 'evenkeel\[dask\]'"):
        dask_runner(1)
