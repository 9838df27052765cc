"""A run in a bucket publishes the bytes that a run on disk does, and leaves no more."""

import hashlib
from pathlib import Path

import pytest

from flows.pipeline import balance_dataset
from schemas.records import Outcome
from tasks.published import published_version
from tasks.running import DirectRunner
from tests.datasets import DATA, request
from tests.s3 import S3

KINDS = ["smote", "random_under"]
QUICK = {"evaluator": "knn", "resamples": 100}


def _data(outcome: Outcome) -> dict[str, str]:
    """Give the sha256 of each file of rows, by its name within the version."""
    return {
        "/".join(entry.path.split("/")[2:]): entry.sha256
        for entry in outcome.manifest.files
        if "/report/" not in entry.path
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_bucket_gets_the_same_bytes_as_a_disk(
    s3: S3, tmp_path: Path, kind: str
) -> None:
    bucket = s3.bucket()
    source = s3.upload(DATA / "glass.parquet", bucket, "in/glass.parquet")
    options = {"strategy": {"kind": kind}, "evaluation": QUICK}
    local = balance_dataset(request("glass", tmp_path, **options), DirectRunner())
    config = request("glass", tmp_path, **options).model_copy(
        update={"source": source, "output": f"s3://{bucket}/out"}
    )
    remote = balance_dataset(config, DirectRunner())
    assert _data(remote) == _data(local)
    assert remote.manifest.run_key == local.manifest.run_key
    for entry in remote.manifest.files:
        body = s3.read(bucket, f"out/glass/{entry.path}")
        assert hashlib.sha256(body).hexdigest() == entry.sha256
    listed = {f"out/glass/{entry.path}" for entry in remote.manifest.files}
    left = set(s3.keys(bucket, "out/")) - listed
    assert left == {
        "out/glass/latest.json",
        "out/glass/_commits/00000000000000000001.json",
        "out/glass/_commits/probe",
    }
    assert published_version(f"s3://{bucket}/out/glass")[0] == remote.manifest
    assert balance_dataset(config, DirectRunner()).status == "unchanged"
