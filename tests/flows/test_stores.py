"""A run publishes the same bytes whichever stores its source and its output are in."""

import time
from itertools import product
from pathlib import Path

import pytest

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.manifest import Manifest
from tasks.observing import observe, remember
from tasks.running import DirectRunner
from tasks.storage.stores import store_at
from tasks.survey import dataset_name, survey_source
from tests.datasets import DATA, request
from tests.s3 import S3

PLACES = ("disk", "bucket", "other bucket")


@pytest.fixture
def places(s3: S3, tmp_path: Path) -> dict[str, str]:
    """Name a place of each kind; each holds the source, as a folder of two files."""
    found = {"disk": str(tmp_path)}
    for kind in PLACES[1:]:
        found[kind] = f"s3://{s3.bucket()}"
    for name in ("a=1/x.parquet", "a=2/y.parquet"):
        path = tmp_path / "ecoli" / name
        path.parent.mkdir(parents=True)
        path.write_bytes((DATA / "ecoli.parquet").read_bytes())
        for kind in PLACES[1:]:
            s3.upload(path, found[kind].removeprefix("s3://"), f"ecoli/{name}")
    return found


def asked(source: str, output: str, **fields: object) -> BalanceConfig:
    config = request("ecoli", Path("out"), **fields)
    return config.model_copy(update={"source": source, "output": output})


def publish(config: BalanceConfig) -> Manifest:
    return balance_dataset(config, DirectRunner()).manifest


def data(manifest: Manifest) -> list[tuple[str, str]]:
    """Tell name and hash of each file of rows."""
    return [
        (entry.path.partition("/")[2].partition("/")[2], entry.sha256)
        for entry in manifest.files
        if entry.path.endswith(".parquet")
    ]


def test_the_same_source_gives_the_same_bytes_in_any_stores(
    places: dict[str, str],
) -> None:
    fields = {"evaluation": {"evaluator": "none"}, "strategy": {"kind": "smote"}}
    found = {}
    for source, output in product(PLACES, ("disk", "bucket")):
        out = f"{places[output]}/out of {source}"
        config = asked(f"{places[source]}/ecoli", out, **fields)
        found[source, output] = publish(config)
        assert publish(config).version == 1
        root = store_at(f"{out}/ecoli")
        for entry in found[source, output].files:
            assert root.size(entry.path) == entry.bytes
    assert len({tuple(data(manifest)) for manifest in found.values()}) == 1
    assert len({item.source.fingerprint for item in found.values()}) == 1
    assert len(data(found["disk", "disk"])) >= 3


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("ecoli", "ecoli"),
        ("ecoli/", "ecoli"),
        ("ecoli/a=1/x.parquet", "x"),
        ("ecoli/*/*.parquet", "ecoli"),
        ("ecoli/a=1", "a_1"),
    ],
)
def test_a_dataset_is_named_alike_wherever_it_lies(
    places: dict[str, str], source: str, name: str
) -> None:
    for place in places.values():
        assert dataset_name(asked(f"{place}/{source}", "out")) == name


def test_a_bucket_gives_a_dataset_its_name(places: dict[str, str]) -> None:
    bucket = places["bucket"].removeprefix("s3://")
    assert dataset_name(asked(places["bucket"], "out")) == bucket.replace("-", "_")


def test_a_survey_tells_the_same_wherever_the_source_lies(
    places: dict[str, str],
) -> None:
    ours, theirs = (
        survey_source.fn(asked(f"{places[kind]}/ecoli", "out"))
        for kind in ("disk", "bucket")
    )
    assert ours.counts == theirs.counts
    assert (ours.fingerprint, ours.rows) == (theirs.fingerprint, theirs.rows)
    assert ours.columns == theirs.columns
    assert [item.partition for item in theirs.fragments] == [{"a": 1}, {"a": 2}]


def test_an_output_in_its_source_is_refused_in_a_bucket(places: dict[str, str]) -> None:
    source = f"{places['bucket']}/ecoli"
    config = asked(source, f"{source}/out", evaluation={"evaluator": "none"})
    with pytest.raises(UserError, match=r"inside the source.*outside of it"):
        publish(config)
    assert not store_at(source).folders("out")


@pytest.mark.parametrize("output", ["disk", "bucket"])
def test_a_source_in_a_bucket_is_watched(
    places: dict[str, str], s3: S3, tmp_path: Path, output: str
) -> None:
    config = asked(
        f"{places['bucket']}/ecoli",
        f"{places[output]}/out",
        evaluation={"evaluator": "none"},
        watch={"settle_seconds": 0},
    )
    later = time.time() + 10  # the storage tells whole seconds
    news, marker = observe(config, later)
    assert (news.status, news.files, news.version) == ("changed", 2, None)
    assert marker
    remember(marker, news)
    assert observe(config, later)[0].status == "told"
    publish(config)
    assert observe(config, later)[0].status == "unchanged"
    bucket = places["bucket"].removeprefix("s3://")
    s3.upload(tmp_path / "ecoli/a=1/x.parquet", bucket, "ecoli/a=3/z.parquet")
    assert observe(config, later)[0].status in {"changed", "drifted"}
    slow = config.model_copy(
        update={"watch": config.watch.model_copy(update={"settle_seconds": 600})}
    )
    waiting = observe(slow, later)[0]
    assert waiting.status == "waiting"
    assert "files settle for 600 s" in waiting.note
