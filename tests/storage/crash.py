"""Kills runs before every step they take on the disk, for tests that read the tally.

python -m tests.storage.crash FOLDER [held-back]
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import FrameType

import pyarrow as pa

from schemas.manifest import Manifest
from schemas.written import Attempt
from tasks.storage.commits import commit, read_head
from tasks.storage.held_back import hold_back, read_held_back
from tasks.storage.workspace import begin, dataset_root, describe, part
from tests.storage.drafts import draft

STEPS = {
    "close",
    "flush",
    "fsync",
    "link",
    "mkdir",
    "open",
    "replace",
    "rmdir",
    "unlink",
    "write",
}
Finish = Callable[[Attempt, Manifest], Manifest]
TABLE = pa.table({"x": list(range(1_000))})


def run(output: str, number: int, finish: Finish = commit) -> Manifest:
    """Write two parts and finish them, on top of the head."""
    head = read_head(dataset_root(output, "toy"))
    attempt = begin(output, "toy", f"{number:064x}")
    entries = []
    for name in ("train/part-00000.parquet", "holdout/part-00000.parquet"):
        with part(attempt, name, TABLE.schema, TABLE.num_rows) as file:
            file.write(TABLE)
        assert file.entry is not None
        entries.append(file.entry)
    return finish(attempt, draft(attempt, entries, head.version if head else None))


def die_before(step: int) -> None:
    """Kill this process before its n-th step on the disk."""
    steps = count(1)

    def tick(_: FrameType, event: str, called: object) -> None:
        if event == "c_call" and is_step(called) and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(tick)


def is_step(called: object) -> bool:
    """Tell whether a built-in function or method changes what is on the disk."""
    owner = getattr(called, "__self__", None)
    module = getattr(owner, "__name__", type(owner).__module__)
    return module in {"posix", "_io"} and getattr(called, "__name__", "") in STEPS


def killed(output: str, step: int, finish: Finish = commit) -> int:
    """Run in a child that dies; return how it ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    die_before(step)
    try:
        run(output, step, finish)
        os._exit(0)
    finally:
        os._exit(1)


def main(output: str) -> None:
    """Print, for each step: how the run ended, which version is there, if whole."""
    root = dataset_root(output, "toy")
    before = run(output, 0).version
    for step in count(1):
        ended = killed(output, step)
        head = read_head(root)
        assert head is not None
        whole = all(describe(root, entry) == entry for entry in head.files)
        moved = head.version - before
        again = run(output, step).version if not moved else head.version
        sys.stdout.write(json.dumps([ended, moved, whole, again - before]) + "\n")
        before = again
        if not ended:
            return


def main_held_back(output: str) -> None:
    """Print, for each step: how the run ended, and whether all is as it should be."""
    root = dataset_root(output, "toy")
    published = run(output, 0)
    former = run(output, 0, hold_back)
    for step in count(1):
        ended = killed(output, step, hold_back)
        held = read_held_back(root)
        assert held is not None
        whole = all(describe(root, entry) == entry for entry in held.files)
        known = held == former or held.run_key == f"{step:064x}"
        former = run(output, step, hold_back)
        alone = len(list(Path(root).glob("data/*/held-back.json"))) == 1
        fine = whole and known and alone and read_head(root) == published
        sys.stdout.write(json.dumps([ended, fine]) + "\n")
        if not ended:
            return


if __name__ == "__main__":
    (main_held_back if "held-back" in sys.argv[2:] else main)(sys.argv[1])
