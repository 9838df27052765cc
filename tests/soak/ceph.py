"""A Ceph object gateway as plain processes, where its packages are installed.

On Debian: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd.
It keeps all in memory, and forgets it when it stops. It is a store of many processes,
where moto is one: only here can a race happen in the server itself.
"""

import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

from tests.project import until
from tests.s3 import S3

PROGRAMS = ("ceph-mon", "ceph-osd", "ceph", "radosgw", "radosgw-admin", "monmaptool")
_WHO = "evenkeel-tests"  # as tests.s3 signs
_CONF = """\
[global]
fsid = {fsid}
mon host = [v1:127.0.0.1:{mon}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
mon data = {folder}/mon
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
keyring = {folder}/none
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{gateway}
"""


def missing() -> list[str]:
    """Name the programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def serving() -> Iterator[S3]:
    """Run monitor, storage daemon and gateway as long as the body."""
    with (
        tempfile.TemporaryDirectory(prefix="evenkeel-ceph-") as name,
        ExitStack() as up,
    ):
        folder, ports = Path(name), {"mon": _free_port(), "gateway": _free_port()}
        fsid = str(uuid4())
        conf = folder / "ceph.conf"
        conf.write_text(_CONF.format(fsid=fsid, folder=folder, **ports))
        _start_monitor(up, conf, fsid, ports["mon"])
        _start_storage(up, conf)
        _run(conf, "radosgw-admin", *_user())
        up.enter_context(_running(conf, "radosgw", "-n", "client.rgw"))
        endpoint = f"http://127.0.0.1:{ports['gateway']}"
        until(lambda: _answers(endpoint), "the gateway")
        yield S3(endpoint)


def _start_monitor(up: ExitStack, conf: Path, fsid: str, port: int) -> None:
    monmap = str(conf.with_name("monmap"))
    address = f"[v1:127.0.0.1:{port}]"
    words = ("--create", "--addv", "a", address, "--fsid", fsid, monmap)
    _run(conf, "monmaptool", *words)
    _run(conf, "ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap)
    up.enter_context(_running(conf, "ceph-mon", "-i", "a"))


def _start_storage(up: ExitStack, conf: Path) -> None:
    unique = str(uuid4())
    conf.with_name("osd").mkdir()
    _run(conf, "ceph", "osd", "new", unique)
    _run(conf, "ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", unique)
    up.enter_context(_running(conf, "ceph-osd", "-i", "0"))
    # Asked before there is storage, radosgw-admin would wait for good.
    until(lambda: _is_up(conf), "the storage")


def _is_up(conf: Path) -> bool:
    with suppress(ChildProcessError):  # the monitor refuses while it settles
        return " 1 up" in _run(conf, "ceph", "osd", "stat")
    return False


def _user() -> tuple[str, ...]:
    keys = ("--access-key", _WHO, "--secret-key", _WHO)
    return ("user", "create", "--uid", "tests", "--display-name", "tests", *keys)


def _run(conf: Path, program: str, *words: str) -> str:
    command = [program, "-c", str(conf), *words]
    if program == "monmaptool":  # it reads no configuration unless it is created
        command = [program, *words]
    done = subprocess.run(  # noqa: S603 - our own words
        command, capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        raise ChildProcessError(f"{program}: {done.stdout[-400:]}{done.stderr[-400:]}")
    return done.stdout


@contextmanager
def _running(conf: Path, program: str, *words: str) -> Iterator[None]:
    log = conf.with_name(f"{program}-{secrets.token_hex(4)}.out")
    with log.open("wb") as out:
        process: subprocess.Popen[Any] = subprocess.Popen(  # noqa: S603 - our own words
            [program, "-f", "-c", str(conf), *words], stdout=out, stderr=out
        )
        try:
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(endpoint: str) -> bool:
    with suppress(URLError, OSError), urlopen(endpoint, timeout=5):  # noqa: S310 - this machine
        return True
    return False
