"""What cases found is kept as they end: a soak that was stopped goes on from there.

Processes that try different cases may share a folder; the last one has the whole page.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.soak.record import Record


class Tried(NamedTuple):
    """A case that was tried."""

    record: Record
    began: float
    """Seconds since 1970."""
    seconds: float
    """How long it took."""


def try_once(name: str, act: Callable[[], Record], folder: Path | None) -> Tried:
    """Try a case, or tell what it found when it was tried before.

    Args:
        name: Of the case.
        act: Tries it.
        folder: Where what is found is kept, for good; None to try each time.
    """
    file = folder / f"{name}.json" if folder else None
    if file and file.exists():
        record, *times = json.loads(file.read_text(encoding="utf-8"))
        return Tried(Record(*record), *times)
    began, start = time.time(), time.monotonic()
    tried = Tried(act(), began, time.monotonic() - start)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(tried), encoding="utf-8")
    return tried
