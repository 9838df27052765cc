"""Kills whole runs before changes they make on the disk; test_killed reads the tally.

python -m tests.flows.killing FOLDER EVERY
"""

import importlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from flows.pipeline import balance_dataset
from tasks.running import DirectRunner
from tasks.storage.commits import read_head
from tasks.storage.workspace import describe
from tests.tasks.attempts import config_of

CHANGES = {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"}
TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT
LAZY = {"hypothesis", "matplotlib", "pandera", "pyarrow", "scipy", "sklearn"}
LAST = 16  # steps at the end, the commit among them, that are never left out

Act = Callable[[], object]


def run(folder: Path, seed: int) -> None:
    """Balance a small mixed table: real, rejected and synthetic rows are written."""
    strategy = {"kind": "smote", "rows": {"small": 40}}
    config = config_of(folder, strategy=strategy, seed=seed)
    balance_dataset(config, DirectRunner())


def is_change(event: str, args: tuple[object, ...]) -> bool:
    """Tell whether an audited event changes what is on the disk."""
    if event == "open":
        flags = args[2]
        return isinstance(flags, int) and bool(flags & TO_WRITE)
    return event in CHANGES


def count_changes(tick: Act) -> None:
    """Call before every change on the disk, from now on and in every thread."""

    def watch(event: str, args: tuple[object, ...]) -> None:
        if is_change(event, args):
            tick()

    fsync = os.fsync

    def watched_fsync(handle: int) -> None:
        tick()
        fsync(handle)

    os.fsync = watched_fsync  # type: ignore[assignment] # called with numbers alone
    sys.addaudithook(watch)


def die_before(step: int) -> None:
    """Kill this process before its n-th change on the disk."""
    steps = count(1)

    def tick() -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    count_changes(tick)


def in_child(act: Act) -> int:
    """Act in a fork, for that costs no imports; return how it ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        act()
        os._exit(0)
    finally:
        os._exit(1)


def prepare(folder: Path) -> tuple[list[str], int]:
    """Publish version 1 and rehearse version 2: what is imported, how many steps."""

    def rehearse() -> None:
        run(folder, seed=1)
        (folder / "out").rename(folder / "before")
        restore(folder)
        steps = count()
        count_changes(lambda: next(steps))
        run(folder, seed=2)
        taken = next(steps)
        (folder / "told").write_text(json.dumps([sorted(sys.modules), taken]))

    if in_child(rehearse):
        sys.exit("the rehearsal failed")
    modules, steps = json.loads((folder / "told").read_text())
    return modules, steps


def restore(folder: Path) -> None:
    """Make the output hold version 1 alone."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    shutil.copytree(folder / "before", folder / "out")


def state(folder: Path) -> tuple[int, bool]:
    """Read which version is there, and whether all of its files are."""
    root = str(folder / "out" / "mixed")
    head = read_head(root)
    if head is None:
        return 0, False
    return head.version, all(describe(root, entry) == entry for entry in head.files)


def killed(folder: Path, step: int) -> dict[str, object]:
    """Kill a run, look what is there, and run again."""

    def run_and_die() -> None:
        die_before(step)
        run(folder, seed=2)

    restore(folder)
    ended = in_child(run_and_die)
    version, whole = state(folder)
    again = in_child(lambda: run(folder, seed=2))
    after, complete = state(folder)
    return {
        "step": step,
        "ended": ended,
        "version": version,
        "whole": whole,
        "again": again,
        "after": after,
        "complete": complete,
    }


def main(folder: str, every: str) -> None:
    """Print a line of JSON for each step that a run was killed before."""
    place = Path(folder)
    modules, steps = prepare(place)
    for name in modules:
        if name.partition(".")[0] in LAZY:
            importlib.import_module(name)
    early = range(1, max(1, steps - LAST), int(every))
    for step in [*early, *range(max(1, steps - LAST), steps + 2)]:
        told = {"steps": steps, **killed(place, step)}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
