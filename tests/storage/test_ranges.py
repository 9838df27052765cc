"""Reading from a bucket: few requests, bounded memory, one object to the end."""

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import TransientError, UserError
from tasks.storage.footers import read_footers, read_fragments
from tasks.storage.hashing import sha256
from tasks.storage.parquet import read_batches
from tasks.storage.stores import store_at
from tests.recording import Recording, recording
from tests.s3 import S3

ROWS, GROUP = 1_200_000, 400_000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rng = np.random.default_rng(0)
    columns = {name: rng.random(ROWS) for name in "abcd"}
    return pa.table({**columns, "s": rng.integers(0, 9, ROWS).astype(str)})


@pytest.fixture(scope="module")
def file(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ranges") / "x.parquet"
    pq.write_table(table, path, row_group_size=GROUP, use_dictionary=["s"])
    return path


@pytest.fixture
def record(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    with recording(s3.endpoint) as record:
        monkeypatch.setenv("AWS_ENDPOINT_URL", record.endpoint)
        yield record


@pytest.fixture
def uri(s3: S3, file: Path) -> str:
    return s3.upload(file, s3.bucket(), "in/x.parquet")


def test_a_footer_takes_a_listing_and_two_requests(
    record: Recording, uri: str, table: pa.Table
) -> None:
    (footer,) = read_footers(uri)
    assert footer.schema.equals(table.schema)
    found = [(item.method, bool(item.range)) for item in record.requests]
    assert found == [("HEAD", False), ("HEAD", False), ("GET", True)]
    assert record.ranges()[0][1] == 64 << 10


def test_a_column_chunk_takes_few_requests(
    record: Recording, uri: str, table: pa.Table
) -> None:
    fragments, schema = read_fragments(uri)
    record.requests.clear()
    found = pa.concat_tables(batch for _, batch in read_batches(fragments, schema))
    assert found.equals(table)
    chunks = math.ceil(ROWS / GROUP) * len(schema)
    assert len(record.requests) <= 2 * chunks + 2
    assert max(size for _, size in record.ranges()) <= 32 << 20


def test_what_is_read_ahead_is_bounded_whatever_the_columns(
    record: Recording, s3: S3, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    wide = pa.table({f"c{n}": rng.random(50_000) for n in range(100)})
    pq.write_table(wide, tmp_path / "x.parquet", use_dictionary=False)
    uri = s3.upload(tmp_path / "x.parquet", s3.bucket(), "x.parquet")
    fragments, schema = read_fragments(uri)
    record.requests.clear()
    before = pa.total_allocated_bytes()
    peak = 0
    for _, batch in read_batches(fragments, schema, batch_rows=1_000):
        peak = max(peak, pa.total_allocated_bytes() - before - batch.nbytes)
    assert peak < (32 + 32) << 20
    assert len(record.requests) <= 3 * 100 + 10


def test_one_column_of_many_is_read_alone(record: Recording, uri: str) -> None:
    fragments, schema = read_fragments(uri)
    record.requests.clear()
    for _ in read_batches(fragments, schema, ["a"]):
        pass
    asked = sum(size for _, size in record.ranges())
    assert asked <= fragments[0].bytes / 4 + (256 << 10)


def test_a_file_is_hashed_by_large_ranges(
    record: Recording, uri: str, file: Path
) -> None:
    folder, _, name = uri.rpartition("/")
    with store_at(folder).open(name) as opened:
        assert sha256(opened) == hashlib.sha256(file.read_bytes()).hexdigest()
    size = file.stat().st_size
    assert len(record.ranges()) <= math.ceil(size / (8 << 20)) + 1
    assert max(size for _, size in record.ranges()) <= 8 << 20


def test_an_answer_that_breaks_off_is_asked_for_again(
    record: Recording, uri: str, table: pa.Table
) -> None:
    fragments, schema = read_fragments(uri)
    record.cuts = 3
    found = pa.concat_tables(batch for _, batch in read_batches(fragments, schema))
    assert found.equals(table)
    assert record.cuts == 0


@pytest.mark.parametrize("change", ["content", "size", "gone"])
def test_a_file_that_changes_while_it_is_read_is_told(
    s3: S3, uri: str, file: Path, change: str
) -> None:
    fragments, schema = read_fragments(uri)
    stream = read_batches(fragments, schema, batch_rows=1_000)
    next(stream)
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if change == "gone":
        s3.client.delete_object(Bucket=bucket, Key=key)
    else:
        body = file.read_bytes() + b"x" * (change == "size")
        body = b"x" * 10_000 + body[10_000:]
        s3.client.put_object(Bucket=bucket, Key=key, Body=body)
    with pytest.raises(UserError, match=r"x\.parquet"):
        for _ in stream:
            pass


def test_a_file_that_has_gone_or_grown_is_told(s3: S3, uri: str, file: Path) -> None:
    fragments, schema = read_fragments(uri)
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    s3.client.put_object(Bucket=bucket, Key=key, Body=file.read_bytes() + b"PAR1")
    with pytest.raises(UserError, match=r"bytes before|cannot be read"):
        next(read_batches(fragments, schema))
    s3.client.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(UserError, match=r"'x.parquet' cannot be read.*not there"):
        next(read_batches(fragments, schema))


def test_a_server_that_went_away_may_come_back(
    s3: S3, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.storage.buckets.RETRIES", {"max_retries": 0})
    with recording(s3.endpoint) as record:
        monkeypatch.setenv("AWS_ENDPOINT_URL", record.endpoint)
        uri = s3.upload(file, s3.bucket(), "x.parquet")
        fragments, schema = read_fragments(uri)
        stream = read_batches(fragments, schema, batch_rows=1_000)
        next(stream)
    with pytest.raises(TransientError, match=r"x\.parquet"):
        for _ in stream:
            pass


def test_any_part_of_an_object_is_read(s3: S3, tmp_path: Path) -> None:
    content = np.random.default_rng(0).bytes(200_000)
    (tmp_path / "x").write_bytes(content)
    bucket = s3.bucket()
    s3.upload(tmp_path / "x", bucket, "x")
    with store_at(f"s3://{bucket}").open("x") as file:
        for start, size in ((0, 10), (130_000, 20_000), (199_990, 50), (140_000, 1)):
            file.seek(start)
            assert file.read(size) == content[start : start + size]
        assert (file.size(), file.read()) == (200_000, content[140_001:])
