"""A home for a Prefect server with its tables made, as after its first start.

Making them takes ten seconds of CPU time, and eleven servers are started that need not
show it; so it is done once, for all processes of tests. That a first start makes them
is seen where `evenkeel ui` is tried as a newcomer has it.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from flows.servers import prefect

_SHARED = "EVENKEEL_TESTS_HOME"  # environment: processes of tests inherit it


def share() -> None:
    """Choose a place that processes begun from here on find; it goes when this ends."""
    if _SHARED not in os.environ:
        folder = os.environ[_SHARED] = tempfile.mkdtemp(prefix="evenkeel-tests-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def prefect_home(folder: Path) -> Path:
    """Make a home.

    Args:
        folder: Where; is not there yet.

    Returns:
        The folder.
    """
    share()
    made = Path(os.environ[_SHARED], "home")
    with Path(os.environ[_SHARED], "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            new = made.with_name("new")
            new.mkdir()
            _make_tables(new)
            new.rename(made)
    shutil.copytree(made, folder)
    return folder


def _make_tables(home: Path) -> None:
    settings = {"PREFECT_HOME": str(home), "PREFECT_API_URL": ""}
    prefect(settings, home, "server", "database", "upgrade", "--yes")
