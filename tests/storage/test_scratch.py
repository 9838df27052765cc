"""What is kept comes back as it was, out of a file and not out of memory."""

import errno
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from schemas.errors import TransientError, UserError
from schemas.written import Attempt
from tasks.storage import scratch
from tasks.storage.commits import SCRATCH
from tasks.storage.scratch import gather, keep, kept, mapped
from tasks.storage.workspace import begin, directory, drop_scratch
from tests.algorithms.mixed import Donors, donors, same

LARGE = pa.table({"x": np.arange(200_000), "y": np.arange(200_000) / 3})


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    return begin(str(tmp_path), "toy", "a1" * 32)


def names(attempt: Attempt) -> list[str]:
    folder = Path(directory(attempt)) / SCRATCH
    return sorted(path.name for path in folder.iterdir())


@settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(donors())
def test_a_table_of_any_types_comes_back_as_it_was(
    attempt: Attempt, made: Donors
) -> None:
    table, _ = made
    keep(
        attempt,
        "some",
        table.schema,
        [table.select([0]), table.select(range(1, table.num_columns))],
    )
    again = kept(attempt, "some")
    again.validate(full=True)
    assert same(again, table)
    assert names(attempt) == ["some.arrows"]


def test_columns_in_pieces_come_back_as_one(attempt: Attempt) -> None:
    texts = pa.chunked_array(
        [pa.array(["b", "a"]).dictionary_encode(), pa.array(["c"]).dictionary_encode()]
    )
    table = pa.table({"x": pa.chunked_array([[1, 2], [3]]), "c": texts})
    keep(attempt, "some", table.schema, [table])
    again = kept(attempt, "some")
    assert again.to_pylist() == table.to_pylist()
    assert [column.num_chunks for column in again.columns] == [1, 1]


def test_a_mapped_table_takes_no_memory(attempt: Attempt) -> None:
    keep(attempt, "large", LARGE.schema, [LARGE])
    before = pa.total_allocated_bytes()
    again = kept(attempt, "large")
    values = again.column("y").chunk(0).to_numpy()
    assert pa.total_allocated_bytes() == before
    assert values[-1] == LARGE["y"][-1].as_py()


def test_a_table_outlasts_its_replacement_and_its_file(attempt: Attempt) -> None:
    """A task that is tried again replaces what another may be reading."""
    keep(attempt, "large", LARGE.schema, [LARGE])
    first = kept(attempt, "large")
    keep(attempt, "large", LARGE.schema, [LARGE.slice(0, 1)])
    assert kept(attempt, "large").num_rows == 1
    drop_scratch(attempt)
    assert first.equals(LARGE)
    with pytest.raises(TransientError, match=r"large\.arrows"):
        kept(attempt, "large")


def test_a_table_that_is_not_finished_leaves_no_file(attempt: Attempt) -> None:
    def pieces() -> Iterator[pa.Table]:
        yield LARGE.select(["x"])
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UserError, match=r"large\.arrows.*Make room"):
        keep(attempt, "large", LARGE.schema, pieces())
    assert not names(attempt)


@pytest.mark.parametrize("budget", [1, 200, 10**9])
def test_files_are_gathered_in_the_order_of_their_names(
    budget: int, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_GATHERED", budget)
    schema = pa.schema(
        [
            ("a", pa.int64()),
            ("a.b", pa.string()),
            ("c", pa.dictionary(pa.int8(), pa.string())),
        ],
        {"made": "by hand"},
    )
    rows = [{"a": n, "a.b": str(n), "c": "xyz"[n % 3]} for n in range(30)]
    table = pa.Table.from_pylist(rows, schema)
    folder = Path(directory(attempt)) / SCRATCH / "parts"
    folder.mkdir(parents=True)
    for number in (2, 0, 1):
        piece = table.slice(10 * number, 10)
        pq.write_table(piece, folder / f"part-{number:05d}.parquet")
    gather(attempt, f"{SCRATCH}/parts", "whole")
    again = kept(attempt, "whole")
    assert again.to_pylist() == rows
    assert again.schema.names == schema.names
    assert again.schema.metadata == schema.metadata
    assert all(column.num_chunks == 1 for column in again.columns)


def test_a_mapped_array_is_a_file_without_a_name(attempt: Attempt) -> None:
    tracemalloc.start()
    try:
        made = mapped(attempt)((1_000_000, 3), np.float64)
        made[:] = 7
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    assert made.shape == (1_000_000, 3)
    assert made.sum() == 21_000_000
    assert not names(attempt)
    assert mapped(attempt)((0, 3), np.float32).shape == (0, 3)


def test_an_array_the_disk_has_no_room_for_is_told(attempt: Attempt) -> None:
    """Without that the first page too many would kill the process."""
    with pytest.raises(UserError, match="Make room or choose another output"):
        mapped(attempt)((2**57,), np.uint8)


def test_room_is_made_where_none_can_be_reserved(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "posix_fallocate")
    made = mapped(attempt)((5,), np.int64)
    made[:] = range(5)
    assert made.tolist() == [0, 1, 2, 3, 4]
