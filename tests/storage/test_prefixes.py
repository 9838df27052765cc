"""Sources in buckets: what is found there, and what is said of what is not."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import UserError
from tasks.storage.footers import read_footers, read_fragments
from tasks.storage.listing import list_files
from tasks.storage.location import check_apart, find_parquet
from tasks.storage.parquet import read_batches
from tasks.storage.roots import ROOTS
from tests.s3 import S3

NAMES = (
    *("a.parquet", "sub/b.parq", "sub/deep/c.PQ", "_tmp/d.parquet", ".e.parquet"),
    *("notes.txt", "_SUCCESS", "two words/é.parquet", "k=a%2Fb/f.parquet"),
)
VISIBLE = (
    *("a.parquet", "k=a%2Fb/f.parquet", "sub/b.parq", "sub/deep/c.PQ"),
    "two words/é.parquet",
)


def put(s3: S3, bucket: str, *keys: str, body: bytes = b"1") -> None:
    for key in keys:
        s3.client.put_object(Bucket=bucket, Key=key, Body=body)


@pytest.fixture
def bucket(s3: S3) -> str:
    name = s3.bucket()
    put(s3, name, *(f"data/{key}" for key in NAMES))
    return name


@pytest.mark.parametrize(
    ("source", "root", "names"),
    [
        ("data", "data", VISIBLE),
        ("data/", "data", VISIBLE),
        ("", "", tuple(f"data/{name}" for name in VISIBLE)),
        ("data/a.parquet", "data", ("a.parquet",)),
        ("data/notes.txt", "data", ("notes.txt",)),
        ("data/_tmp/d.parquet", "data/_tmp", ("d.parquet",)),
        ("data/*.parquet", "data", ("a.parquet",)),
        ("data/[ab].parquet", "data", ("a.parquet",)),
        ("data/[!b].parquet", "data", ("a.parquet",)),
        ("data/**/*.parq", "data", ("sub/b.parq",)),
        ("data/s*", "data", ("sub/b.parq", "sub/deep/c.PQ")),
        ("data/*/deep", "data", ("sub/deep/c.PQ",)),
        ("data/no*.txt", "data", ("notes.txt",)),
        ("data/k=*/*.parquet", "data", ("k=a%2Fb/f.parquet",)),
        ("data/k=a%2Fb", "data/k=a%2Fb", ("f.parquet",)),
        ("data/two words/*", "data/two words", ("é.parquet",)),
        ("d*/**", "", tuple(sorted(f"data/{n}" for n in (*VISIBLE, "notes.txt")))),
    ],
)
def test_objects_are_found_as_files_are(
    bucket: str, tmp_path: Path, source: str, root: str, names: tuple[str, ...]
) -> None:
    for name in NAMES:
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = find_parquet(f"s3://{bucket}/{source}")
    on_disk = find_parquet(f"{tmp_path}/{source}")
    assert found[0].path == f"s3://{bucket}/{root}".rstrip("/")
    assert found[1] == on_disk[1] == names


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("dota/a.parquet", r"there is 'data'\. Did you mean 'data'\?"),
        ("data/sup", r"'k=a%2Fb' and 3 more\. Did you mean 'sub'\?"),
        ("data/b.parquet", "Did you mean 'a.parquet'"),
        ("data/_tmp/*.pq", r"there is 'd\.parquet'\. Name a file"),
        ("zzz/yyy/*.parquet", r"In 's3://[^/]+' there is 'data'\. Name a file"),
    ],
)
def test_what_is_missing_is_told_with_what_is_there(
    bucket: str, source: str, words: str
) -> None:
    with pytest.raises(UserError, match=f"No Parquet file in 's3.*{words}"):
        find_parquet(f"s3://{bucket}/{source}")


def test_an_empty_bucket_and_none_are_told(s3: S3) -> None:
    name = s3.bucket()
    with pytest.raises(UserError, match=f"Nothing is in 's3://{name}'"):
        find_parquet(f"s3://{name}/x/y")
    with pytest.raises(UserError, match="Check the name of the bucket"):
        find_parquet(f"s3://{name}-gone/x")


def test_what_lies_outside_of_the_roots_is_not_told(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, f"s3://{bucket}/later")
    with pytest.raises(UserError) as caught:
        find_parquet(f"s3://{bucket}/later/x")
    assert "data" not in str(caught.value)


# The wildcards of a root are letters; those of a source would lead out of it.
def test_a_root_with_a_wildcard_is_that_folder_alone(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOTS, f"s3://{bucket}/dat[a]")
    with pytest.raises(UserError, match="outside of the folders"):
        find_parquet(f"s3://{bucket}/dat[a]/*.parquet")


@pytest.mark.parametrize("key", ["a//b.parquet", "a/../b.parquet", "tab\tb.parquet"])
def test_a_key_that_no_path_can_be_is_told(s3: S3, key: str) -> None:
    name = s3.bucket()
    put(s3, name, key)
    with pytest.raises(UserError, match=r"Rename or remove that object"):
        find_parquet(f"s3://{name}")


@pytest.mark.parametrize("key", ["q?.parquet", "c::d.parquet", "\u202etxt.parquet"])
def test_a_key_that_is_no_name_here_is_told_if_it_is_wanted(s3: S3, key: str) -> None:
    name = s3.bucket()
    put(s3, name, "in/a.parquet", "in/c::d.txt", f"other/{key}", f"_hidden/{key}")
    assert find_parquet(f"s3://{name}/in")[1] == ("a.parquet",)
    with pytest.raises(UserError, match="Rename the object, or name others"):
        find_parquet(f"s3://{name}")


def test_an_object_and_a_folder_may_have_one_name(s3: S3) -> None:
    name = s3.bucket()
    put(s3, name, "x", "x/a.parquet")
    assert find_parquet(f"s3://{name}/x")[1] == ("x",)
    found = find_parquet(f"s3://{name}/x/")
    assert (found[0].path, found[1]) == (f"s3://{name}/x", ("a.parquet",))
    check_apart(f"s3://{name}/x", f"s3://{name}/x/out")
    with pytest.raises(UserError, match="inside the source"):
        check_apart(f"s3://{name}/x/", f"s3://{name}/x/out")


# The console of S3, Spark and Hadoop leave empty objects where a folder begins.
@pytest.mark.parametrize("marker", ["x.parquet/", "x.parquet"])
def test_the_mark_of_a_folder_is_no_file(s3: S3, marker: str) -> None:
    name = s3.bucket()
    put(s3, name, f"in/{marker}", body=b"")
    put(s3, name, "in/x.parquet/part-0.parquet")
    for source in ("in", "in/x.parquet", "in/*.parquet"):
        names = find_parquet(f"s3://{name}/{source}")[1]
        assert [item.split("/")[-1] for item in names] == ["part-0.parquet"]
        assert len(list_files(f"s3://{name}/{source}")) == 1


def test_an_empty_object_is_no_parquet(s3: S3) -> None:
    name = s3.bucket()
    put(s3, name, "x.parquet", body=b"")
    with pytest.raises(UserError, match=r"'x.parquet' cannot be read as Parquet"):
        read_footers(f"s3://{name}/x.parquet")


def test_two_keys_that_are_one_name_are_told(s3: S3) -> None:
    name = s3.bucket()
    put(s3, name, "x.parquet", "x.parquet/", body=b"12")
    with pytest.raises(UserError, match=r"Two objects are called 'x\.parquet'"):
        find_parquet(f"s3://{name}")


def test_a_listing_of_several_pages_is_whole(s3: S3) -> None:
    name, client = s3.bucket(), s3.client
    names = [f"d={n % 40}/{n:04d}.parquet" for n in range(1_100)]

    def upload(key: str) -> None:
        client.put_object(Bucket=name, Key=f"in/{key}", Body=b"1")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upload, names))
    assert find_parquet(f"s3://{name}/in")[1] == tuple(sorted(names))
    listed = list_files(f"s3://{name}/in")
    assert [item.name for item in listed] == sorted(names)


def test_a_listing_tells_the_time_of_the_storage(s3: S3, bucket: str) -> None:
    head = s3.client.head_object(Bucket=bucket, Key="data/a.parquet")
    for source in ("data/a.parquet", "data"):
        found = list_files(f"s3://{bucket}/{source}")[0]
        assert (found.name, found.bytes) == ("a.parquet", 1)
        assert abs(found.modified_ns / 1e9 - head["LastModified"].timestamp()) <= 1


@pytest.mark.parametrize(
    "case",
    [
        ("data", "data", False),
        ("data", "data/out/toy", False),
        ("data/", "data/out/toy", False),
        ("", "out/toy", False),
        ("data/**/*.parquet", "data/out/toy", False),
        ("data/*", "data/out/toy", False),
        ("data/*/*/*.parquet", "data/out/toy", False),
        ("data/a.parquet", "data/out/toy", True),
        ("data/*.parquet", "data/out/toy", True),
        ("data/sub", "data/subs/toy", True),
        ("data", "data/_out/toy", True),
        ("data/sub", "data", True),
        ("data", "out/toy", True),
    ],
)
@pytest.mark.parametrize("kind", ["disk", "bucket"])
def test_an_output_is_apart_from_its_source(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    kind: str,
    case: tuple[str, str, bool],
) -> None:
    source, output, apart = case
    if kind == "disk":
        base = str(tmp_path)
        (tmp_path / "data" / "sub").mkdir(parents=True)
        (tmp_path / "data" / "a.parquet").touch()
    else:
        base = f"s3://{request.getfixturevalue('bucket')}"
    if apart:
        check_apart(f"{base}/{source}", f"{base}/{output}")
        return
    with pytest.raises(UserError, match=r"inside the source.*outside of it"):
        check_apart(f"{base}/{source}", f"{base}/{output}")


def test_other_stores_are_apart(tmp_path: Path) -> None:
    for source, output in (
        ("s3://bucket/x", str(tmp_path)),
        (str(tmp_path), "s3://bucket/x"),
        ("s3://bucket/x", "s3://bucket2/x/y"),
        ("s3://bucket/x", "gs://bucket/x/y"),
    ):
        check_apart(source, output)


def test_hive_folders_in_a_bucket_are_columns(s3: S3, tmp_path: Path) -> None:
    name = s3.bucket()
    for place, city in enumerate(("K%C3%B6ln%2FDeutz", "..%2F..")):
        path = tmp_path / f"city={city}" / "x.parquet"
        path.parent.mkdir()
        pq.write_table(pa.table({"x": [place, place]}), path)
        s3.upload(path, name, f"in/city={city}/x.parquet")
    ours, there = (
        read_fragments(where) for where in (str(tmp_path), f"s3://{name}/in")
    )
    assert ours[1].equals(there[1])
    rows = [
        pa.concat_tables(table for _, table in read_batches(*found)).to_pylist()
        for found in (ours, there)
    ]
    assert rows[0] == rows[1]
    assert {row["city"] for row in rows[1]} == {"Köln/Deutz", "../.."}
    assert [item.sha256 for item in ours[0]] == [item.sha256 for item in there[0]]
