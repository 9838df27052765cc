"""Parquet files that were damaged by accident or made to harm, read as runs read them.

Each is read in a process of its own; what is asked of storage.limits is stated there.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.soak.bombs import bomb_files
from tests.soak.outcome import Outcome
from tests.soak.reading import LIMIT

MOST_MB = 1_500
"""That a process which reads a file may take; Python and its libraries included."""
_TAIL = 8  # bytes: the length of the footer, and a magic word
_SHOWN = 5
_HUGE = b"\xff\xff\xff\xff\x0f", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
"""Varints of Thrift: the largest of 32 bits, and of 64."""

Damage = Callable[[bytes, random.Random], bytes]


def corrupted(count: int, seed: int = 0) -> Outcome:
    """Read so many damaged files.

    Args:
        count: 1 or more; a quarter are flips, then cuts, exchanges and huge sizes.
        seed: Of the damages.

    Returns:
        Failed are those that killed the process, took more than LIMIT seconds
        or MOST_MB, were told without the name of the file or by no UserError, or gave
        other rows although the pages have checksums and the footer is whole.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as folder:
        wholes = list(_whole_files(Path(folder)))
        jobs = []
        for number in range(count):
            whole = wholes[number // len(DAMAGES) % len(wholes)]
            damage = DAMAGES[number % len(DAMAGES)]
            path = Path(folder) / f"{number}-{damage.__name__}-{whole.name}"
            path.write_bytes(damage(whole.read_bytes(), rng))
            jobs.append((path, whole))
        return _judged("corrupted Parquet", jobs)


def bombs() -> Outcome:
    """Read small files that declare, or hold, what would fill any memory.

    Returns:
        As for corrupted; a bomb may be read or refused.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _judged(
            "Parquet bombs", [(path, None) for path in bomb_files(Path(folder))]
        )


def _judged(name: str, jobs: Sequence[tuple[Path, Path | None]]) -> Outcome:
    lines = "".join(f"{path}\t{whole or ''}\n" for path, whole in jobs)
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.reading"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    failures = [
        f"{path.name}: {item['told']} ({item['seconds']:.1f} s, {item['mb']:.0f} MB)"
        for (path, whole), item in zip(jobs, found, strict=True)
        if _failed(path, whole, item)
    ]
    return Outcome(
        name=name,
        tried=len(found),
        failed=len(failures),
        worst_seconds=max(item["seconds"] for item in found),
        peak_mb=max(item["mb"] for item in found),
        failures=tuple(failures[:_SHOWN]),
    )


def _failed(path: Path, whole: Path | None, found: dict[str, Any]) -> bool:
    if found["seconds"] > LIMIT or found["mb"] > MOST_MB:
        return True
    silent = found["told"] == "other rows" and _could_tell(path, whole)
    return silent or found["told"].startswith("bad")


def _could_tell(path: Path, whole: Path | None) -> bool:
    """Tell whether a reader can know: without checksums other data is data as well."""
    if whole is None or not whole.name.startswith("checked"):
        return False
    content = whole.read_bytes()
    return path.read_bytes().endswith(content[_footer(content) :])


def _table() -> pa.Table:
    rng = np.random.default_rng(0)
    rows = 3_000
    return pa.table(
        {
            "x": rng.random(rows),
            "n": pa.array(rng.integers(0, 9, rows), mask=rng.random(rows) < 0.1),
            "s": rng.integers(0, 5, rows).astype(str),
            "t": [f"text {n}" for n in rng.integers(0, 10**9, rows)],
            "b": rng.random(rows) < 0.5,
            "d": pa.array(rng.integers(0, 20_000, rows), pa.int32()).cast(pa.date32()),
        }
    )


def _whole_files(folder: Path) -> Iterator[Path]:
    kinds: dict[str, dict[str, Any]] = {
        "checked-zstd": {"compression": "zstd", "write_page_checksum": True},
        "checked-none": {"compression": "none", "write_page_checksum": True},
        "snappy": {"compression": "snappy"},
        "gzip-2.0": {"compression": "gzip", "data_page_version": "2.0"},
        "delta": {
            "use_dictionary": False,
            "column_encoding": {"n": "DELTA_BINARY_PACKED", "t": "DELTA_BYTE_ARRAY"},
        },
    }
    for name, options in kinds.items():
        path = folder / f"{name}.parquet"
        pq.write_table(
            _table(), path, row_group_size=1_000, data_page_size=4_000, **options
        )
        yield path


def _flip(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def _flip_footer(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    found[rng.randrange(_footer(data), len(data))] = rng.randrange(256)
    return bytes(found)


def _cut(data: bytes, rng: random.Random) -> bytes:
    start, stop = sorted(rng.sample(range(len(data)), 2))
    return rng.choice((data[:start], data[start:], data[:start] + data[stop:]))


def _exchange(data: bytes, rng: random.Random) -> bytes:
    """Exchange two parts of the pages, of one length."""
    size = rng.choice((100, 1_000, 4_000))
    a, b = sorted(rng.sample(range(4, _footer(data) - 2 * size), 2))
    b += size
    swapped = data[:a] + data[b : b + size] + data[a + size : b] + data[a : a + size]
    return swapped + data[b + size :]


def _enlarge(data: bytes, rng: random.Random) -> bytes:
    """Write a huge number over a part of the footer, or of the header of a page."""
    start = 4 if rng.random() < 1 / 4 else rng.randrange(_footer(data), len(data) - 20)
    huge = rng.choice(_HUGE)
    return data[:start] + huge + data[start + len(huge) :]


def _insert(data: bytes, rng: random.Random) -> bytes:
    """Put a huge number in the place of one byte of the footer; its length follows."""
    start = rng.randrange(_footer(data), len(data) - _TAIL)
    huge = rng.choice(_HUGE)
    footer = data[_footer(data) : start] + huge + data[start + 1 : -_TAIL]
    length = len(footer).to_bytes(4, "little")
    return data[: _footer(data)] + footer + length + data[-4:]


def _footer(data: bytes) -> int:
    length = int.from_bytes(data[-_TAIL:-4], "little")
    return len(data) - _TAIL - length


DAMAGES: tuple[Damage, ...] = (
    *(_flip, _flip_footer, _cut, _exchange, _enlarge, _insert),
)


if __name__ == "__main__":
    for outcome in (corrupted(int(sys.argv[1]) if sys.argv[1:] else 1_200), bombs()):
        sys.stdout.write(f"{outcome}\n")
