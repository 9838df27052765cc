"""Outputs on disk and in a bucket, and small versions published there."""

import os
from pathlib import Path

import pytest

from schemas.manifest import Manifest
from tasks.storage.commits import commit
from tasks.storage.stores import store_at
from tasks.storage.workspace import begin, dataset_root, write_bytes
from tests.s3 import S3
from tests.storage.drafts import draft

NAME = "toy"
KEYS = ["a" * 64, "b" * 64, "c" * 64, "d" * 64]
DAY = 86_400


def output_of(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a fresh output; ``request.param`` is disk or bucket."""
    if request.param == "disk":
        return str(tmp_path / "out")
    s3: S3 = request.getfixturevalue("s3")
    return f"s3://{s3.bucket()}/out"


def publish(output: str, key: str, parent: int | None = None) -> Manifest:
    """Publish a version of two small files."""
    attempt = begin(output, NAME, key)
    data = attempt.attempt.encode()
    paths = ("train/part-00000.bin", "report/report.md")
    entries = [write_bytes(attempt, path, data) for path in paths]
    return commit(attempt, draft(attempt, entries, parent))


def publish_all(output: str, keys: list[str] = KEYS) -> tuple[str, list[Manifest]]:
    """Publish one version after the other; give OUTPUT/NAME and the manifests."""
    made = [publish(output, key, place or None) for place, key in enumerate(keys)]
    return dataset_root(output, NAME), made


def is_whole(root: str, manifest: Manifest) -> bool:
    """Tell whether all files of a version are there."""
    store = store_at(root)
    return all(store.size(entry.path) == entry.bytes for entry in manifest.files)


def files(root: str) -> list[str]:
    """List all files of a dataset."""
    return [item.path for item in store_at(root).below("")]


def backdate(root: str, part: str, days: float) -> None:
    """Make files of a dataset on disk older."""
    for item in store_at(root).below(""):
        if part in item.path:
            then = item.modified_ns - int(days * DAY * 1e9)
            os.utime(Path(root, item.path), ns=(then, then))
