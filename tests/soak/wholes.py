"""Whole processes, as a person starts them, from the command line to the exit code."""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.soak.buckets import Behind
from tests.soak.children import told
from tests.soak.datasets import Place, write_source
from tests.soak.record import Record, Soak

_ROOT = Path(__file__).parents[2]
_AT_ONCE = 2
_TARGET = "50 whole processes for each kind of storage: exit code 0 each time"


def whole_runs(soak: Soak) -> Record:
    """Start processes, two at a time, each for a dataset of its own."""
    runs = soak.size(50, 1)
    sources = {place.kind: place for place in _places(soak)}
    bad: list[str] = []
    for kind, place in sources.items():
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            codes = list(pool.map(partial(_run, place), range(runs)))
        counted = Counter(code for code in codes if code)
        bad += [f"{kind}: {times} ended with {code}" for code, times in counted.items()]
        soak.say(f"whole runs: {kind}: {counted.total()} of {runs} ended badly")
    tried = (
        f"{runs} processes for each of {', '.join(sources)}, source and output there"
    )
    found = "; ".join(bad) or "exit code 0, version 1 published, each time"
    return Record("whole runs", _TARGET, tried, found, reached=not bad)


def _places(soak: Soak) -> list[Place]:
    places = [soak.disk("wholes")]
    told(lambda: write_source(places[0]))
    for server in soak.servers[:1]:
        place = server.place(soak.folder / "wholes")
        upload(server, places[0].source, place)
        places.append(place)
    return places


def upload(server: Behind, source: Path, place: Place) -> None:
    """Put the source where start looks for it in a bucket."""
    bucket = place.output.split("/")[2]
    told(partial(server.server.upload, source, bucket, "in/mixed.parquet"))


def _run(place: Place, number: int) -> int:
    """Run the command; 1 if it says other than that version 1 is published."""
    with start(place, f"run-{number}", number) as process:
        said, errors = process.communicate(timeout=300)
    if process.returncode:
        sys.stderr.write(errors[-2_000:])
        return process.returncode
    return int(json.loads(said)["version"] != 1)


def start(place: Place, name: str, seed: int) -> subprocess.Popen[str]:
    """Start the command as a person would.

    Args:
        place: Where is published; on S3 the source is there too.
        name: Of the dataset.
        seed: Of the run.
    """
    remote = "://" in place.output
    source = place.output.replace("/out", "/in/mixed.parquet")
    words = ["run", source if remote else str(place.source), "--target", "kind"]
    words += ["--name", name, "--output", place.output, "--no-prefect"]
    words += ["--evaluator", "none", "--ignore", "id", "--json", "--seed", str(seed)]
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "flows.cli", *words],
        cwd=_ROOT,
        env={**os.environ, **place.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
