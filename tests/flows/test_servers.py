"""A server takes a port that is free, and an end that comes too soon is an error."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from flows.processes import finish, running, stoppable
from flows.servers import HOST, free_port, prefect, wait
from schemas.errors import EvenkeelError
from tests.project import until

STUBBORN = """\
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def test_another_port_is_taken_where_prefects_own_is_not_free() -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind((HOST, 4200))
            holder.listen()
        except OSError:
            pass  # held by someone else: as good
        assert free_port(4200) not in {0, 4200}


def test_a_server_that_ends_is_an_error_that_names_its_log(tmp_path: Path) -> None:
    with (
        subprocess.Popen([sys.executable, "-c", ""]) as process,
        pytest.raises(EvenkeelError, match=r"ui\.log"),
    ):
        wait(process, f"http://{HOST}:{free_port()}", tmp_path / "ui.log")


def test_no_free_port_at_all_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    # An address of another machine: nothing can listen there.
    monkeypatch.setattr("flows.servers.HOST", "192.0.2.1")
    with pytest.raises(EvenkeelError, match="no port is free"):
        free_port()


def test_a_command_of_prefects_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(
        EvenkeelError, match=r"'prefect nonsense' failed:(?s:.*)Unknown"
    ):
        prefect({"PREFECT_HOME": str(tmp_path)}, tmp_path, "nonsense")


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_is_taken_in_the_next_rest_and_not_before(
    request_to_stop: signal.Signals,
) -> None:
    before = signal.getsignal(request_to_stop)
    with stoppable() as rest:
        rest(0)
        os.kill(os.getpid(), request_to_stop)
        os.kill(os.getpid(), request_to_stop)
        with pytest.raises(KeyboardInterrupt):
            rest(0)
    assert signal.getsignal(request_to_stop) is before


@pytest.mark.parametrize("ignored", [True, False])
def test_a_closed_terminal_stops_what_is_not_under_nohup(*, ignored: bool) -> None:
    before = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        with stoppable() as rest:
            os.kill(os.getpid(), signal.SIGHUP)
            with nullcontext() if ignored else pytest.raises(KeyboardInterrupt):
                rest(0)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_process_that_ends_by_itself_has_its_exit_code() -> None:
    with running(["this"], {}) as process:
        assert finish(process, time.sleep) == 0


def test_a_process_that_does_not_heed_is_killed_with_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.processes._GRACE", 0.5)
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    said = tmp_path / "said"
    with (
        said.open("wb") as output,
        running(["stubborn"], {}, output=output, folder=tmp_path) as process,
    ):
        child = int(until(said.read_text, "its child"))
    assert process.returncode == -signal.SIGKILL
    until(lambda: not _alive(child), "the end of its child")


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state != "Z"
