"""Fills a small disk; test_workspace mounts one and reads the tally.

python -m tests.storage.full_disk FOLDER
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from schemas.errors import UserError
from schemas.written import Attempt
from tasks.storage.commits import commit, read_head
from tasks.storage.workspace import begin, discard, part, write_bytes
from tests.storage.drafts import draft

NOISE = pa.table({"x": np.random.default_rng(0).random(200_000)})


def told(action: Callable[[], object]) -> str:
    """Return what a user is told of a failure."""
    try:
        action()
    except UserError as error:
        return str(error)
    return "it went well"


def write_too_much(attempt: Attempt) -> None:
    """Write a part larger than the disk."""
    with part(attempt, "train/big.parquet", NOISE.schema, 10_000) as file:
        file.write(NOISE)


def main(output: str) -> None:
    """Print what was told, and the versions and files before and after."""
    first = begin(output, "toy", "a" * 64)
    small = write_bytes(first, "report/report.md", b"fine")
    versions = [commit(first, draft(first, [small])).version]
    second = begin(output, "toy", "b" * 64)
    messages = [told(lambda: write_too_much(second))]
    small = write_bytes(second, "report/report.md", b"fine")
    ballast = Path(output, "ballast")
    messages.append(told(lambda: fill(ballast)))
    messages.append(told(lambda: commit(second, draft(second, [small], 1))))
    head = read_head(first.root)
    versions.append(head.version if head else 0)
    ballast.unlink()
    versions.append(commit(second, draft(second, [small], 1)).version)
    discard(begin(output, "toy", "c" * 64))
    files = sorted(path.name for path in Path(output).rglob("*") if path.is_file())
    sys.stdout.write(json.dumps([messages, versions, files]))


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(1_000)):
                pass
        except OSError as error:
            raise UserError(error.strerror) from error


if __name__ == "__main__":
    main(sys.argv[1])
