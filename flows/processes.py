"""Child processes of a command that serves: started, ended, and when it is to stop.

Which processes those are is servers' and serving's.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_GRACE = 20  # seconds from the request to end to the end


@contextmanager
def stoppable() -> Iterator[Callable[[float], None]]:
    """Take requests to stop while resting, and at no other moment.

    A KeyboardInterrupt that comes anywhere, such as between the start of a process and
    the line that notes it, would leave processes behind; so would a second Ctrl-C.

    Yields:
        Rests for some seconds; raises KeyboardInterrupt once it was asked to stop.
    """
    asked: list[int] = []

    def rest(seconds: float) -> None:
        time.sleep(seconds)
        if asked:
            raise KeyboardInterrupt

    # A shell's background job ignores Ctrl-C, and so would all that is started here:
    # a worker that ignores it never ends.
    requests = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # not under nohup
        requests.append(signal.SIGHUP)
    before = {
        request: signal.signal(request, lambda number, _frame: asked.append(number))
        for request in requests
    }
    try:
        yield rest
    finally:
        for request, handler in before.items():
            signal.signal(request, handler)


@contextmanager
def running(
    module: Sequence[str],
    settings: Mapping[str, str],
    *,
    output: IO[bytes] | None = None,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module that no Ctrl-C reaches: this process alone stops it.

    Args:
        module: Its name and arguments.
        settings: Its environment, over this process's.
        output: Where it writes; this process's output when not given.
        folder: Where it is started; here when not given.

    Yields:
        The process, the first of a group of its own; it ends with the context.
    """
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", *module],
        cwd=folder,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)


def finish(process: subprocess.Popen[bytes], rest: Callable[[float], None]) -> int:
    """Wait for the end of a process, in rests.

    Args:
        process: Any.
        rest: Rests for some seconds; may raise to give up.

    Returns:
        The process's exit code.
    """
    while process.poll() is None:
        rest(0.1)
    return process.returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end; after a while, make it, and all of its group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
