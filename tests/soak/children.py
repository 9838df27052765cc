"""Forked children: new processes but for the imports. Which are killed: kills.

A parent never touches an object store or a pool of threads: a fork would copy their
locks but not their threads.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_LAZY = {
    "hypothesis",
    "matplotlib",
    "obstore",
    "pandera",
    "pyarrow",
    "scipy",
    "sklearn",
}
Act = Callable[[], object]


def start(act: Act, environment: Mapping[str, str] | None = None) -> int:
    """Act in a fork.

    Args:
        act: What is done; an exception ends the child with 1.
        environment: Added to that of this process.

    Returns:
        The id of the child.
    """
    child = os.fork()
    if child:
        return child
    try:
        os.environ.update(environment or {})
        act()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - else the child would go on as the parent
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(1)


def ended(child: int) -> int:
    """Wait for a child; give its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run_in_child(act: Act, environment: Mapping[str, str] | None = None) -> int:
    """Act in a fork and wait; give how it ended."""
    return ended(start(act, environment))


def told(act: Act, environment: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Act in a fork; give what it returned, as JSON has it.

    Raises:
        ChildProcessError: The child did not end well; its stderr says why.
    """
    reading, writing = os.pipe()

    def tell() -> None:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(act(), pipe)

    child = start(tell, environment)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    if code := ended(child):
        raise ChildProcessError(f"a child ended with {code}")
    return json.loads(said)


def together(acts: Sequence[Act], environment: Mapping[str, str]) -> list[int]:
    """Act in as many forks, which begin at once; give how each ended."""
    reading, writing = os.pipe()

    def waiting(act: Act) -> Act:
        def begin() -> None:
            os.close(writing)
            os.read(reading, 1)  # ends when the parent closes its side
            act()

        return begin

    children = [start(waiting(act), environment) for act in acts]
    os.close(writing)
    os.close(reading)
    return [ended(child) for child in children]


def import_what(act: Act, environment: Mapping[str, str] | None = None) -> None:
    """Import what an act imports as it goes, so that no child has to."""

    def acted() -> list[str]:
        act()
        return sorted(sys.modules)

    for name in told(acted, environment):
        if name.partition(".")[0] in _LAZY:
            importlib.import_module(name)
