"""What a Parquet file may ask of us, judged by its footer before a row is decoded.

Whoever writes a file chooses what its footer declares: a file of 1 KB can hold 200,000
texts of 1 MB. So sizes are held against the limits below, which nothing overrides, and
batches of long texts have few rows. Rows are read in parquet.

A file has at most 2**31 rows and 10,000 columns and a footer of 64 MB; a row group
64 GiB and a column of one 4 GiB, uncompressed. A batch takes 64 MB for each column of
texts, or 1 GiB if they are delta-encoded or in lists; one page, which is decoded whole,
at most 2 GiB by the format. Texts that are repeated by a dictionary take at most 1 GiB
in a column of a row group, decoded. Lists that would take above 64 MB and 1,000 times
the bytes that hold them are refused.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.storage.sound import check_sound

_ROWS, _COLUMNS = 2**31, 10_000
_FOOTER_BYTES = 64 << 20
_GROUP_BYTES, _CHUNK_BYTES = 64 << 30, 4 << 30
_TEXT_BYTES, _DELTA_BYTES = 64 << 20, 1 << 30
_LIST_BYTES, _LIST_RATIO = 64 << 20, 1_000
_ITEM_BYTES = 8  # of a list, in memory
_DECODED_BYTES = 1 << 30
_COUNTED_ROWS = 64_000
_TEXT, _DELTA = "BYTE_ARRAY", "DELTA_BYTE_ARRAY"
_PROBE_BYTES = 256 << 10  # of a column that is looked at
_TAIL = 8  # bytes: the length of the footer, and a magic word
_MAGIC = b"PAR1"
_KEPT_FOOTERS, _KEPT_BYTES = 2_048, 64 << 10


def checked_metadata(file: pa.NativeFile) -> pq.FileMetaData:
    """Read a footer, and refuse one that declares more than will be read.

    Args:
        file: A Parquet file, open at any place.

    Returns:
        The footer; its row groups are still to be checked.

    Raises:
        ValueError: It declares too much.
        pyarrow.ArrowException: It is no footer.
    """
    size = file.size()
    file.seek(max(0, size - _TAIL))
    length = int.from_bytes(file.read(_TAIL)[:4], "little")
    if length + _TAIL > size:
        return pq.read_metadata(file)  # cannot be: pyarrow says what is wrong
    _check("bytes of footer", length, _FOOTER_BYTES)
    file.seek(size - _TAIL - length)
    footer = file.read()
    return (_parsed if len(footer) <= _KEPT_BYTES else _parse)(footer, size)


def _parse(footer: bytes, size: int) -> pq.FileMetaData:
    """Read a footer that a file of some size ends with."""
    found = pq.read_metadata(pa.BufferReader(_MAGIC + footer))
    _check("rows", found.num_rows, _ROWS)
    _check("columns", found.num_columns, _COLUMNS)
    check_sound(found, size)
    return found


# Each stage opens a file anew, and to parse and check its footer is most of that.
_parsed = lru_cache(_KEPT_FOOTERS)(_parse)


def check_groups(metadata: pq.FileMetaData, groups: Sequence[int]) -> None:
    """Refuse row groups that declare more than will be read.

    Args:
        metadata: As from checked_metadata.
        groups: Their numbers.

    Raises:
        ValueError: One declares too much.
    """
    for number in groups:
        group = metadata.row_group(number)
        _check("rows of a row group", group.num_rows, _ROWS)
        _check("bytes of a row group", group.total_byte_size, _GROUP_BYTES)
        for chunk in _chunks(group):
            _check_chunk(chunk, group.num_rows)


def safe_rows(
    file: pa.NativeFile,
    metadata: pq.FileMetaData,
    groups: Sequence[int],
    columns: Sequence[str],
    most: int,
) -> int:
    """Choose how many rows can be decoded at once, whatever texts they hold.

    Args:
        file: The file, open.
        metadata: As from checked_metadata; the row groups are checked.
        groups: Numbers of the row groups that will be read.
        columns: Names of the columns that will be read.
        most: Rows of a batch if nothing speaks against them.

    Returns:
        1 row or more.

    Raises:
        pyarrow.ArrowException: A dictionary cannot be decoded.
    """
    wanted = set(columns)
    chunks = [
        (number, chunk)
        for number in groups
        for chunk in _chunks(metadata.row_group(number))
        if chunk.physical_type == _TEXT and _is_wanted(chunk, wanted)
    ]
    if not chunks:
        return most
    texts = sorted({chunk.path_in_schema for _, chunk in chunks} & _plain(metadata))
    with pq.ParquetFile(
        file,
        metadata=metadata,
        read_dictionary=texts,
        buffer_size=_PROBE_BYTES,
        pre_buffer=False,
        page_checksum_verification=True,
    ) as probe:
        found = [_fitting(probe, number, chunk, texts) for number, chunk in chunks]
    return max(1, min([most, *found]))


def _plain(metadata: pq.FileMetaData) -> set[str]:
    """Name the columns that are in no list and no struct."""
    leaves = map(metadata.schema.column, range(metadata.num_columns))
    return {leaf.path for leaf in leaves if leaf.path == leaf.name}


def _fitting(
    probe: pq.ParquetFile,
    number: int,
    chunk: pq.ColumnChunkMetaData,
    texts: Sequence[str],
) -> int:
    name, held = chunk.path_in_schema, chunk.total_uncompressed_size
    if name not in texts or _DELTA in chunk.encodings:
        return int(_DELTA_BYTES // max(1, held))  # a text can be as long as all of it
    longest = 0
    if chunk.has_dictionary_page:
        longest = _longest(probe, number, name)
        if longest * chunk.num_values > _DECODED_BYTES:
            decoded = _decoded(probe, number, name)
            _check(f"bytes of text in column {name!r}", decoded, _DECODED_BYTES)
    return int(_TEXT_BYTES // max(1, held // max(1, chunk.num_values), longest))


def _longest(probe: pq.ParquetFile, number: int, name: str) -> int:
    """Tell the bytes of the longest entry of a dictionary; one row decodes it whole."""
    for lengths, _ in islice(_dictionaries(probe, number, name, 1), 1):
        return int(pc.max(lengths).as_py() or 0)
    return 0


def _decoded(probe: pq.ParquetFile, number: int, name: str) -> int:
    """Add up the bytes of all texts of a column, decoding each entry only once."""
    return sum(
        pc.sum(lengths.take(indices)).as_py() or 0
        for lengths, indices in _dictionaries(probe, number, name, _COUNTED_ROWS)
    )


def _dictionaries(
    probe: pq.ParquetFile, number: int, name: str, rows: int
) -> Iterator[tuple[pa.Array, pa.Array]]:
    """Stream the lengths of a dictionary's entries, and which entry each row has."""
    for batch in probe.iter_batches(rows, [number], [name], use_threads=False):
        column = batch.column(0)
        if pa.types.is_dictionary(column.type):
            lengths = pc.binary_length(column.dictionary)
            yield lengths.cast(pa.int64()), column.indices


def _is_wanted(chunk: pq.ColumnChunkMetaData, wanted: set[str]) -> bool:
    path = chunk.path_in_schema
    ends = (at for at, letter in enumerate(path) if letter == ".")
    return path in wanted or any(path[:end] in wanted for end in ends)


def _chunks(group: pq.RowGroupMetaData) -> Iterator[pq.ColumnChunkMetaData]:
    return map(group.column, range(group.num_columns))


def _check_chunk(chunk: pq.ColumnChunkMetaData, rows: int) -> None:
    _check(
        f"bytes of column {chunk.path_in_schema!r} in a row group",
        chunk.total_uncompressed_size,
        _CHUNK_BYTES,
    )
    items = chunk.num_values
    if items > rows:
        held = max(0, chunk.total_compressed_size)
        most = max(_LIST_BYTES, _LIST_RATIO * held) // _ITEM_BYTES
        _check(f"items in the lists of {chunk.path_in_schema!r}", items, most)


def _check(what: str, declared: int, most: int) -> None:
    if not 0 <= declared <= most:
        raise ValueError(
            f"it declares {declared:,} {what}, and at most {most:,} are read; "
            "write it in more files or smaller row groups"
        )
