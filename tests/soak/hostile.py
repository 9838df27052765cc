"""Hostile parameters: whatever is tried, nothing is opened outside of the roots.

What is tried is in parameters, by which ways in doors; how it is watched, in opens.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.storage.roots import ROOTS
from tests.recording import Recording, Request, recording
from tests.s3 import S3, serving
from tests.soak.outcome import Outcome
from tests.soak.parameters import parameters

_ALLOWED = "allowed"
_SHOWN = 5


def hostile(step: int = 1) -> Outcome:
    """Try hostile parameters at every door, with roots on disk and in a bucket.

    Args:
        step: Only every so manieth is tried.

    Returns:
        Failed are those by which a file, a folder or an object outside of the roots was
        opened, another host was called, or that raised what is no error of a user.
    """
    with (
        serving() as s3,
        recording(s3.endpoint) as storage,
        recording(s3.endpoint) as trap,
    ):
        runs = [
            _tried(s3, storage, trap, kind, step) for kind in ("on disk", "in a bucket")
        ]
    failures = [line for run in runs for line in run["failures"]]
    return Outcome(
        name="hostile parameters",
        tried=sum(run["tried"] for run in runs),
        failed=len(failures),
        worst_seconds=max(run["seconds"] for run in runs),
        peak_mb=max(run["mb"] for run in runs),
        failures=tuple(failures[:_SHOWN]),
    )


def _tried(
    s3: S3, storage: Recording, trap: Recording, kind: str, step: int
) -> dict[str, Any]:
    bucket = s3.bucket()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder).resolve()
        _lay_out(base)
        for place in (_ALLOWED, "secret"):
            s3.upload(base / "root/in/x.parquet", bucket, f"{place}/in/x.parquet")
        on_disk = kind == "on disk"
        home = str(base / "root") if on_disk else f"s3://{bucket}/{_ALLOWED}"
        places = {
            "root": str(base / "root"),
            "outside": str(base / "outside"),
            "bucket": bucket,
            "trap": trap.endpoint.removeprefix("http://"),
        }
        storage.requests.clear()
        found = _child(s3, storage, base, home, list(parameters(**places))[::step])
    asked = [_describe(item) for item in _beyond(storage, "" if on_disk else bucket)]
    called = [f"called {_describe(item)}" for item in trap.requests]
    told = [f"{kind}, {name} {what}" for name, what in found["found"].items()]
    return {**found, "failures": [*told, *asked, *called]}


def _child(
    s3: S3, storage: Recording, base: Path, home: str, texts: list[str]
) -> dict[str, Any]:
    settings = {
        **os.environ,
        **s3.environment,
        "AWS_ENDPOINT_URL": storage.endpoint,
        "HOME": str(base / "root"),
        "EVENKEEL_HOME_OF_TRIES": home,
        ROOTS: home,
    }
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "tests.soak.doors", str(base)],
        input=json.dumps(texts),
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4_000:])
    return dict(json.loads(done.stdout))


def _lay_out(base: Path) -> None:
    """Make what may be used, what may not, and links that lead there."""
    labels = ["no"] * 60 + ["yes"] * 20
    table = pa.table({"x": [float(row) for row in range(80)], "y": labels})
    for folder in ("root", "rootX", "outside"):
        (base / folder / "in").mkdir(parents=True)
        pq.write_table(table, base / folder / "in" / "x.parquet")
    (base / "scratch").mkdir()
    root, outside = base / "root", base / "outside"
    links = {
        "link_out": outside,
        "up": Path(".."),
        "file_out.parquet": outside / "in" / "x.parquet",
        "chain": Path("link_out"),
        "loop": Path("loop"),
        "commits/toy/_commits": outside,
        "data/toy/data": outside,
        "watched/toy": outside,
    }
    for name, target in links.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)


def _beyond(storage: Recording, bucket: str) -> Iterator[Request]:
    """Choose the requests for anything outside of the prefix that may be used."""
    for item in storage.requests:
        asked = urlsplit(item.path)
        prefix = parse_qs(asked.query).get("prefix", [""])[0]
        below = item.keys or (prefix,) if asked.path.count("/") == 1 else ("",)
        places = [f"{asked.path}/{name}/" for name in below]
        if not bucket or not all(
            place.startswith(f"/{bucket}/{_ALLOWED}/") for place in places
        ):
            yield item


def _describe(item: Request) -> str:
    return f"{item.method} {item.path[:200]}"


if __name__ == "__main__":
    sys.stdout.write(f"{hostile()}\n")
