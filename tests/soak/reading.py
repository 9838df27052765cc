"""Reads sources, each in a process of its own that is forked: ``python -m`` this file.

Each line of its input is a path, a tab, and the path of what its rows should be; each
line of its output is JSON: what was found, the seconds and the peak of memory.
"""

import json
import os
import resource
import signal
import sys
import time
from typing import Any

import pandas as pd  # noqa: F401 - pyarrow would import it in every process anew
import pyarrow as pa

from schemas.errors import UserError
from tasks.storage.footers import read_fragments
from tasks.storage.parquet import read_batches

LIMIT = 30
"""Seconds, after which a process is taken to hang."""
_TEXT = 2_000


def read(path: str, expected: str) -> str:
    """Read all rows of a source as a run does, and say what came of it.

    Returns:
        ``same``, ``other rows``, ``error: `` and a message that names the file, or
        ``bad: `` and what else was raised.
    """
    try:
        table = rows(path)
    except UserError as error:
        kind = "error" if os.path.basename(path) in str(error) else "bad"  # noqa: PTH119 - a path is text here
        return f"{kind}: {error}"
    except BaseException as error:  # noqa: BLE001 - what it is, is what is tested
        return f"bad: {type(error).__name__}: {error}"
    if not expected:
        return "same"
    return (
        "same" if table is not None and table.equals(rows(expected)) else "other rows"
    )


def rows(path: str) -> pa.Table | None:
    """Read all rows of a source; None if they are too many to keep."""
    fragments, schema = read_fragments(path)
    kept, size = [schema.empty_table()], 0
    for _, batch in read_batches(fragments, schema):
        size += batch.nbytes
        kept = [*kept, batch] if size < 1 << 26 else []
    return pa.concat_tables(kept) if kept else None


def _fork(path: str, expected: str) -> dict[str, Any]:
    source, sink = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if not child:
        signal.alarm(LIMIT)
        os.write(sink, read(path, expected)[:_TEXT].encode(errors="replace"))
        os._exit(0)
    os.close(sink)
    _, status, usage = os.wait4(child, 0)
    with os.fdopen(source, "rb") as found:
        told = found.read().decode()
    if status:
        told = f"bad: died of signal or code {status}"
    peak = usage.ru_maxrss / 1024
    return {"told": told, "seconds": time.monotonic() - began, "mb": peak}


def main() -> None:
    """Read what the input names."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        path, _, expected = line.rstrip("\n").partition("\t")
        found = _fork(path, expected)
        if (
            found["seconds"] > LIMIT
        ):  # a busy machine stalls once, what hangs does twice
            found = _fork(path, expected)
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
