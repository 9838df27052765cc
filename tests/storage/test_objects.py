"""A bucket keeps what the protocol of commits asks of any store."""

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from obstore.store import LocalStore

from schemas.errors import TransientError, UserError
from tasks.storage.stores import Store, store_at
from tests.s3 import S3
from tests.soak.buckets import proxied


@pytest.fixture(params=["disk", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "disk":
        return store_at(str(tmp_path / "root"))
    s3: S3 = request.getfixturevalue("s3")
    return store_at(f"s3://{s3.bucket()}/some/root")


def _put(store: Store, path: str, data: bytes) -> bool:
    with store.stage(path) as staged:
        staged.write(data)
        return staged.publish()


def test_a_file_appears_whole_and_only_once(store: Store) -> None:
    with store.stage("a/b.bin") as staged:
        staged.write(b"12")
        assert store.read("a/b.bin") is None
        staged.write(b"345")
        assert staged.publish()
    assert not _put(store, "a/b.bin", b"other")
    assert (store.read("a/b.bin"), store.size("a/b.bin")) == (b"12345", 5)


def test_what_is_not_published_is_not_there(store: Store) -> None:
    with store.stage("a/b.bin") as staged:
        staged.write(b"12")
    assert store.size("a/b.bin") is None
    assert store.files("a") == ()


def test_a_folder_lists_what_is_directly_in_it(store: Store) -> None:
    for path in ("a/1", "a/2", "a/sub/3", "ab/4", "5"):
        _put(store, path, path.encode())
    assert [(item.path, item.bytes) for item in store.files("a")] == [
        ("a/1", 3),
        ("a/2", 3),
    ]
    assert all(item.modified_ns > 10**18 for item in store.files("a"))
    assert store.folders("") == ("a", "ab")
    assert store.folders("a") == ("sub",)
    assert [item.path for item in store.below("a")] == ["a/1", "a/2", "a/sub/3"]
    assert len(store.below("")) == 5
    assert not store.below("nowhere")
    assert not store.files("nowhere")
    assert not store.folders("nowhere")


def test_what_is_removed_takes_nothing_with_it(store: Store) -> None:
    for path in ("a/1", "a/sub/2", "ab/3"):
        _put(store, path, b"x")
    store.remove("a")
    store.remove("nowhere")
    assert store.size("a/1") is store.size("a/sub/2") is None
    assert store.read("ab/3") == b"x"
    store.remove("ab/3")
    assert store.files("ab") == ()


def test_a_signpost_may_be_replaced(store: Store) -> None:
    store.make("")
    store.replace("latest.json", b"1")
    store.replace("latest.json", b"2")
    assert store.read("latest.json") == b"2"


def test_a_signpost_that_cannot_be_replaced_leaves_no_draft(tmp_path: Path) -> None:
    store = store_at(str(tmp_path / "root"))
    store.make("latest.json")  # a folder cannot be written over
    with pytest.raises(UserError, match="Choose an output"):
        store.replace("latest.json", b"1")
    assert store.files("") == ()


def test_parquet_is_read_by_ranges(store: Store) -> None:
    table = pa.table({"x": range(100_000), "s": [f"{n % 7}" for n in range(100_000)]})
    with store.stage("t.parquet") as staged:
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, row_group_size=10_000)
        staged.write(sink.getvalue().to_pybytes())
        staged.publish()
    with store.open("t.parquet") as file, pq.ParquetFile(file) as parquet:
        assert parquet.read_row_group(3, ["x"]).equals(
            table.slice(30_000, 10_000).select(["x"])
        )
        assert parquet.read().equals(table)


def test_a_bucket_that_is_not_there_is_for_the_user_to_mend(s3: S3) -> None:
    missing = store_at(f"s3://{s3.bucket()}-gone/x")
    with pytest.raises(UserError, match="Check the name of the bucket"):
        _put(missing, "a", b"1")


def test_a_server_that_is_not_there_may_come_back(
    monkeypatch: pytest.MonkeyPatch, s3: S3
) -> None:
    name = s3.bucket()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("tasks.storage.buckets.RETRIES", {"max_retries": 1})
    with pytest.raises(TransientError, match=f"s3://{name}/a"):
        store_at(f"s3://{name}").read("a")


def test_a_put_whose_connection_is_lost_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, s3: S3
) -> None:
    with proxied(s3, "S3") as behind:
        monkeypatch.setenv("AWS_ENDPOINT_URL", behind.proxy)
        store = store_at(f"s3://{s3.bucket()}")
        behind.plan(faults=["reset before", "reset after"], share=0.5, seed=1)
        for number in range(12):
            _put(store, f"{number}", b"%d" % number)  # False if it was there already
        tally = behind.tally()
        behind.plan()
        found = [store.read(f"{number}") for number in range(12)]
    assert found == [b"%d" % number for number in range(12)]
    assert min(tally["reset before"], tally["reset after"]) > 0


def test_a_list_that_breaks_off_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, s3: S3
) -> None:
    with proxied(s3, "S3") as behind:
        monkeypatch.setenv("AWS_ENDPOINT_URL", behind.proxy)
        store = store_at(f"s3://{s3.bucket()}")
        _put(store, "a/1", b"1")
        behind.plan(faults=["reset within"], share=0.5, seed=1)
        found = [(store.files("a"), store.folders("")) for _ in range(4)]
        tally = behind.tally()
    assert {(files[0].path, *names) for files, names in found} == {("a/1", "a")}
    assert tally["reset within"] > 0


def test_a_removal_whose_connection_is_lost_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, s3: S3
) -> None:
    with proxied(s3, "S3") as behind:
        monkeypatch.setenv("AWS_ENDPOINT_URL", behind.proxy)
        store = store_at(f"s3://{s3.bucket()}")
        for number in range(12):
            _put(store, f"{number}", b"1")
        behind.plan(faults=["reset before", "reset after"], share=0.5, seed=1)
        for number in range(12):
            store.remove(f"{number}")
        tally = behind.tally()
        behind.plan()
        assert not list(store.files(""))
    assert min(tally["reset before"], tally["reset after"]) > 0


def test_patience_ends(monkeypatch: pytest.MonkeyPatch, s3: S3) -> None:
    monkeypatch.setattr("tasks.storage.buckets.PATIENCE", timedelta(0))
    with proxied(s3, "S3") as behind:
        monkeypatch.setenv("AWS_ENDPOINT_URL", behind.proxy)
        store = store_at(f"s3://{s3.bucket()}")
        behind.plan(faults=["reset before"], share=1, seed=1)
        with pytest.raises(TransientError, match="Cannot use"):
            _put(store, "a", b"1")


def test_to_remove_what_a_store_says_is_gone_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Azure answers 404 where S3 says done; so does obstore's store on a disk."""
    told = LocalStore(tmp_path)
    monkeypatch.setattr("tasks.storage.objects.bucket", lambda _: told)
    store = store_at("s3://box")
    for name in ("a/1", "b"):
        assert _put(store, name, b"1")
    for gone in ("a/1", "a/1", "never"):
        store.remove(gone)
    assert [item.path for item in store.below("")] == ["b"]
