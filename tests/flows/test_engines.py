"""The engine does not show: threads, processes, and a Dask cluster that loses one."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow
from prefect.flows import load_flow_from_entrypoint

from flows.pipeline import balance_dataset
from flows.processes import running
from flows.servers import HOST, free_port
from schemas.config import BalanceConfig
from schemas.errors import EvenkeelError, UserError
from schemas.records import Outcome
from tasks.clusters import ADDRESS
from tasks.environment import ENGINE
from tasks.running import DirectRunner
from tests.benchmarks.data import write_source
from tests.datasets import request
from tests.project import until

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

ROOT = Path(__file__).parents[2]
LOCAL = {ENGINE: "dask", ADDRESS: ""}


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster of separate processes."""

    address: str
    workers: tuple[int, ...]
    """Process ids."""


@contextmanager
def cluster(folder: Path, count: int, project: str = str(ROOT)) -> Iterator[Cluster]:
    """Start a scheduler and workers in another folder; of the project they get a path.

    Args:
        folder: Where they work and log.
        count: Workers, of one thread each.
        project: The path.
    """
    address = f"tcp://{HOST}:{free_port()}"
    settings = {"PYTHONPATH": project, "DASK_TEMPORARY_DIRECTORY": str(folder)}
    port = address.rpartition(":")[2]
    scheduler = ["scheduler", "--host", HOST, "--port", port, "--no-dashboard"]
    worker = ["worker", address, "--host", HOST, "--nthreads", "1", "--no-nanny"]
    commands = [scheduler, *([*worker, "--no-dashboard"] for _ in range(count))]
    folder.mkdir()
    with ExitStack() as stack:
        pids = []
        for place, (kind, *words) in enumerate(commands):
            output = stack.enter_context((folder / f"{place}.log").open("wb"))
            started = running(
                [f"distributed.cli.dask_{kind}", *words],
                settings,
                output=output,
                folder=folder,
            )
            pids.append(stack.enter_context(started).pid)
        logs = [folder / f"{place}.log" for place in range(1, count + 1)]
        until(
            lambda: all("Registered to" in log.read_text() for log in logs),
            "Dask's workers",
        ) if logs else until(lambda: _listens(address), "Dask's scheduler")
        yield Cluster(address, tuple(pids[1:]))


def _listens(address: str) -> bool:
    host, port = address.removeprefix("tcp://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@pytest.fixture(autouse=True)
def dask_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clusters that are started here leave nothing elsewhere."""
    monkeypatch.setenv("DASK_TEMPORARY_DIRECTORY", str(tmp_path / "dask"))


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask") / "elsewhere", 2) as found:
        yield found


def _flow() -> Flow[..., Outcome]:
    """Import the flow as a worker of Prefect does: by its path, by another name."""
    before = list(sys.path)
    entrypoint = f"{ROOT / 'flows' / 'balance.py'}:balance"
    try:
        found: Flow[..., Outcome] = load_flow_from_entrypoint(entrypoint)
    finally:
        sys.path[:] = before
    return found


def _balance(engine: dict[str, str], config: BalanceConfig) -> Any:  # noqa: ANN401 - a state
    with pytest.MonkeyPatch.context() as environment:
        for name, value in engine.items():
            environment.setenv(name, value)
        return _flow()(config, force=True, return_state=True)


def _hashes(outcome: Outcome) -> dict[str, str]:
    return {e.path.split("/", 2)[2]: e.sha256 for e in outcome.manifest.files}


def _expected(config: BalanceConfig) -> dict[str, str]:
    return _hashes(balance_dataset(config, DirectRunner(), force=True))


@pytest.fixture
def relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BalanceConfig:
    """Ask by paths that mean the flow's folder, not that of a worker."""
    monkeypatch.chdir(tmp_path)
    shipped = request("ecoli", tmp_path)
    (tmp_path / "in.parquet").write_bytes(Path(shipped.source).read_bytes())
    changes = {
        "source": "in.parquet",
        "output": "out",
        "strategy": {"kind": "smote"},
        "evaluation": {"evaluator": "none"},
    }
    return BalanceConfig.model_validate({**shipped.model_dump(), **changes})


def test_processes_write_the_same_bytes(
    relative: BalanceConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    state = _balance({ENGINE: "processes"}, relative)
    assert _hashes(state.result()) == _expected(relative)


def test_a_dask_cluster_elsewhere_writes_the_same_bytes(
    relative: BalanceConfig, dask: Cluster
) -> None:
    state = _balance({ENGINE: "dask", ADDRESS: dask.address}, relative)
    assert _hashes(state.result()) == _expected(relative)


@pytest.mark.parametrize("workers", [1, 7])  # the tests above have two
def test_the_number_of_workers_does_not_show(
    workers: int, relative: BalanceConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: workers)
    expected = _expected(relative)
    for engine in ({ENGINE: "threads"}, LOCAL):
        assert _hashes(_balance(engine, relative).result()) == expected


@pytest.mark.parametrize("name", ["Threads ", "ray"])
def test_an_unknown_engine_fails_the_run_in_words(
    name: str, relative: BalanceConfig
) -> None:
    state = _balance({ENGINE: name}, relative)
    assert state.is_failed()
    with pytest.raises(UserError, match="threads, processes, dask"):
        state.result()
    assert not Path("out").exists()


def test_a_cluster_that_is_not_there_fails_the_run_in_words(
    relative: BalanceConfig,
) -> None:
    nowhere = f"tcp://{HOST}:{free_port()}"
    state = _balance({ENGINE: "dask", ADDRESS: nowhere}, relative)
    assert state.is_failed()
    with pytest.raises(UserError, match="no Dask scheduler answers"):
        state.result()
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        (0, r"has no workers.*dask worker tcp"),
        (1, r"cannot import evenkeel: .*No module named 'tasks'.*PYTHONPATH"),
    ],
)
def test_a_cluster_that_cannot_work_fails_the_run_in_words(
    workers: int, said: str, relative: BalanceConfig, tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign"
    (foreign / "tasks").mkdir(parents=True)
    # Where this runs evenkeel is installed for all; so the worker fails as one without.
    absent = "raise ModuleNotFoundError(\"No module named 'tasks'\")"
    (foreign / "tasks" / "__init__.py").write_text(absent)
    with cluster(tmp_path / "elsewhere", workers, str(foreign)) as found:
        state = _balance({ENGINE: "dask", ADDRESS: found.address}, relative)
    assert state.is_failed()
    with pytest.raises(UserError, match=said):
        state.result()
    assert not Path("out").exists()


def _large(folder: Path) -> BalanceConfig:
    """Ask for a table of several parts, so that a worker dies in the middle."""
    source = folder / "large.parquet"
    write_source(source, 1_500_000)
    return BalanceConfig.model_validate(
        {
            "source": str(source),
            "target": "y",
            "output": str(folder / "out"),
            "strategy": {"kind": "random_over"},
            "evaluation": {"evaluator": "none"},
        }
    )


@contextmanager
def _killed_at_work(out: Path, victim: Callable[[], int]) -> Iterator[list[int]]:
    """Kill a process as soon as a part is being written; tell what was killed."""
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while not over.is_set():
            if next(out.rglob("*.parquet*"), None):
                killed.append(victim())
                os.kill(killed[0], signal.SIGKILL)
                return
            time.sleep(0.005)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def test_a_dask_worker_killed_at_work_does_not_show(tmp_path: Path) -> None:
    config = _large(tmp_path)
    with cluster(tmp_path / "elsewhere", 2) as found:
        engine = {ENGINE: "dask", ADDRESS: found.address}
        out = tmp_path / "out"
        with _killed_at_work(out, lambda: found.workers[0]) as killed:
            state = _balance(engine, config)
        assert killed
        assert _hashes(state.result()) == _expected(config)


def test_a_process_killed_at_work_fails_in_words_and_the_next_run_finishes(
    tmp_path: Path,
) -> None:
    config = _large(tmp_path)
    engine, out = {ENGINE: "processes"}, tmp_path / "out"
    with _killed_at_work(out, _worker_process) as killed:
        state = _balance(engine, config)
    assert killed
    assert state.is_failed()
    with pytest.raises(EvenkeelError, match="'resample' lost a worker process"):
        state.result()
    assert not list(out.rglob("*.parquet*"))
    assert _hashes(_balance(engine, config).result()) == _expected(config)


def _worker_process() -> int:
    """Find a worker of the pool among the children of this process."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [int(pid) for file in children for pid in file.read_text().split()]
    return next(
        pid
        for pid in pids
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
