"""What a footer may declare, and how many rows of long texts are decoded at once."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import UserError
from tasks.storage import limits
from tasks.storage.footers import read_fragments
from tasks.storage.parquet import read_batches

LONG = "x" * (1 << 20)


def save(path: Path, table: pa.Table, **options: Any) -> str:  # noqa: ANN401 - pyarrow's
    pq.write_table(table, path, compression="zstd", **options)
    return str(path)


def repeated(rows: int, text: str = LONG) -> pa.Table:
    codes = pa.array(np.zeros(rows, np.int32))
    return pa.table({"s": pa.DictionaryArray.from_arrays(codes, pa.array([text]))})


def sizes(source: str, *columns: str) -> list[int]:
    fragments, schema = read_fragments(source)
    stream = read_batches(fragments, schema, columns or None)
    return [batch.num_rows for _, batch in stream]


def test_wide_and_long_tables_pass(tmp_path: Path) -> None:
    wide = pa.table({f"c{n}": np.zeros(250_000, np.int8) for n in range(500)})
    source = save(tmp_path / "x.parquet", wide, row_group_size=250_000)
    (fragment,), schema = read_fragments(source)
    assert (fragment.rows, len(schema)) == (250_000, 500)


def test_a_footer_beyond_the_limits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pa.table({f"column{n}": range(100) for n in range(3)})
    source = save(tmp_path / "x.parquet", table, row_group_size=60)
    for limit, most, words in (
        ("_ROWS", 99, "100 rows"),
        ("_COLUMNS", 2, "3 columns"),
        ("_FOOTER_BYTES", 100, "bytes of footer"),
        ("_GROUP_BYTES", 100, "bytes of a row group"),
        ("_CHUNK_BYTES", 10, "bytes of column 'column0' in a row group"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(limits, limit, most)
            with pytest.raises(
                UserError, match=f"'x.parquet'.*{words}.*at most {most}"
            ):
                read_fragments(source)
    assert sizes(source) == [100]


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    schema = pa.schema([(f"c{n}", pa.int8()) for n in range(10_001)])
    source = save(tmp_path / "x.parquet", schema.empty_table())
    with pytest.raises(
        UserError, match=r"10,001 columns, and at most 10,000.*write it"
    ):
        read_fragments(source)


def test_few_long_texts_are_decoded_at_once(tmp_path: Path) -> None:
    table = repeated(500).append_column("x", pa.array(range(500)))
    source = save(tmp_path / "x.parquet", table, store_schema=False)
    assert (tmp_path / "x.parquet").stat().st_size < 10_000
    assert max(sizes(source)) <= 64
    assert sizes(source, "x") == [500]
    fragments, schema = read_fragments(source)
    found = [text for _, b in read_batches(fragments, schema, ["s"]) for text in b["s"]]
    assert len(found) == 500
    assert {text.as_py() == LONG for text in found} == {True}


def test_texts_beyond_any_memory_are_refused(tmp_path: Path) -> None:
    source = save(tmp_path / "x.parquet", repeated(200_000), store_schema=False)
    with pytest.raises(
        UserError, match=r"bytes of text in column 's', and at most 1,07"
    ):
        sizes(source)


# One long entry of a dictionary says nothing of the rows.
def test_a_long_text_among_many_short_ones_passes(tmp_path: Path) -> None:
    texts = np.array(["a", "b" * 40_000], object)
    codes = np.zeros(100_000, int)
    codes[7] = 1
    source = save(tmp_path / "x.parquet", pa.table({"s": texts[codes]}))
    assert sum(sizes(source)) == 100_000


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "PLAIN"])
def test_texts_in_no_dictionary_are_read(tmp_path: Path, encoding: str) -> None:
    texts = [LONG[: 1 << 16] + str(n) for n in range(4_000)]
    source = save(
        tmp_path / "x.parquet",
        pa.table({"s": texts, "a.b": texts}),
        use_dictionary=False,
        column_encoding={"s": encoding, "a.b": encoding},
    )
    found = sizes(source)
    assert sum(found) == 4_000
    assert max(found) * (1 << 16) <= 1 << 30


def test_a_list_that_outgrows_its_bytes_is_refused(tmp_path: Path) -> None:
    items = pa.array(np.zeros(20_000_000, np.int8))
    lists = pa.ListArray.from_arrays(pa.array([0, len(items)], pa.int32()), items)
    source = save(tmp_path / "x.parquet", pa.table({"l": lists}))
    with pytest.raises(UserError, match=r"20,000,000 items in the lists of 'l\.list"):
        read_fragments(source)


def test_lists_as_long_as_their_bytes_pass(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    items = pa.array(rng.random(768 * 2_000, np.float32))
    vectors = pa.FixedSizeListArray.from_arrays(items, 768).cast(pa.list_(pa.float32()))
    words = pa.array([["a", "bc"]] * 2_000)
    table = pa.table({"v": vectors, "w": words, "n": pa.nulls(2_000, pa.string())})
    assert sum(sizes(save(tmp_path / "x.parquet", table))) == 2_000


def test_a_file_too_short_for_a_footer_is_told(tmp_path: Path) -> None:
    for content in (b"", b"PAR1", b"PAR1" + b"\xff" * 4 + b"PAR1"):
        (tmp_path / "x.parquet").write_bytes(content)
        with pytest.raises(UserError, match=r"'x\.parquet' cannot be read as Parquet"):
            read_fragments(str(tmp_path / "x.parquet"))


def test_dictionaries_stay_dictionaries(tmp_path: Path) -> None:
    source = save(tmp_path / "x.parquet", repeated(3, "abc"))
    fragments, schema = read_fragments(source)
    ((_, found),) = read_batches(fragments, schema)
    assert pa.types.is_dictionary(found.schema.field("s").type)
    assert found["s"].to_pylist() == ["abc"] * 3


# Changed to one flag, the type of the column contradicts its sizes; pyarrow aborts.
def test_a_chunk_that_contradicts_its_column_is_told(tmp_path: Path) -> None:
    source = Path(save(tmp_path / "x.parquet", pa.table({"x": [1.5, None]})))
    content = source.read_bytes()
    at = content.rindex(b"\x25\x02\x18\x01x")  # OPTIONAL, "x"
    source.write_bytes(content[: at + 1] + b"\x00" + content[at + 2 :])
    with pytest.raises(UserError, match=r"'x\.parquet' cannot be read.*mismatch"):
        read_fragments(str(source))
