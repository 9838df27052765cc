"""Reads the footers of a source, and hashes its files. Rows are read in parquet.

Which files belong to a source is location's business.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import UserError
from schemas.survey import Fragment
from tasks.storage.hashing import sha256
from tasks.storage.hive import Partitions, read_partitions
from tasks.storage.limits import check_groups
from tasks.storage.location import Location, find_parquet
from tasks.storage.parquet import open_parquet, reading
from tasks.storage.threads import on_threads
from tasks.storage.unify import shared_schema


class Footer(NamedTuple):
    """What a file says of itself, without its rows."""

    path: str
    name: str
    """Relative to the source's root, with forward slashes."""
    schema: pa.Schema
    row_groups: tuple[int, ...]
    """Rows of each."""
    bytes: int


def read_footers(source: str) -> tuple[Footer, ...]:
    """Read the footer of every file of a source, and nothing else.

    Args:
        source: A file, a folder or a glob, as for location.find_parquet.

    Returns:
        The footers sorted by name; whether they fit together is not looked at.

    Raises:
        UserError: A file is not Parquet, or is damaged or cut short.
        TransientError: The storage failed.
    """
    root, names = find_parquet(source)
    return tuple(on_threads(partial(_read_footer, root), names))


def read_fragments(source: str) -> tuple[tuple[Fragment, ...], pa.Schema]:
    """Read the footer and hash the content of every file of a source.

    Args:
        source: A file, a folder or a glob, as for location.find_parquet.

    Returns:
        The files sorted by name, and the schema they share, or that holds the values of
        all, with the hive partition columns appended; its metadata is the first file's.

    Raises:
        UserError: A file is not Parquet or is damaged, files differ in their columns
            or partition columns, a column's name occurs twice, or there is no row.
        TransientError: The storage failed.
    """
    root, names = find_parquet(source)
    partitions = read_partitions(names)
    read = on_threads(partial(_read_and_hash, root), names)
    schema = shared_schema(names, [footer.schema for footer, _ in read])
    fragments = tuple(_fragments(read, partitions))
    if not any(fragment.rows for fragment in fragments):
        raise UserError(f"{source!r} has 0 rows in {len(names)} file(s). Give it rows.")
    return fragments, _with_partitions(schema, partitions, names[0])


def _read_footer(root: Location, name: str) -> Footer:
    location = _within(root, name)
    with reading(name), open_parquet(location) as (file, parquet):
        return _footer(location.path, name, file, parquet)


def _read_and_hash(root: Location, name: str) -> tuple[Footer, str]:
    """Read both from one open file: another may take its name in between."""
    location = _within(root, name)
    with reading(name), open_parquet(location) as (file, parquet):
        footer = _footer(location.path, name, file, parquet)
        return footer, sha256(file)


def _within(root: Location, name: str) -> Location:
    return Location(f"{root.path.rstrip('/')}/{name}")


def _footer(
    path: str, name: str, file: pa.NativeFile, parquet: pq.ParquetFile
) -> Footer:
    found = parquet.metadata
    check_groups(found, range(found.num_row_groups))
    groups = tuple(found.row_group(i).num_rows for i in range(found.num_row_groups))
    if sum(groups) != found.num_rows or min(groups, default=0) < 0:
        raise ValueError("its row groups do not add up")
    return Footer(path, name, parquet.schema_arrow, groups, file.size())


def _with_partitions(schema: pa.Schema, partitions: Partitions, name: str) -> pa.Schema:
    for field in partitions.fields:
        if field.name in schema.names:
            raise UserError(
                f"{name!r} has {field.name!r} both as a column and in its folders' "
                "names. Drop the column, or name a folder further down as the source."
            )
        schema = schema.append(field)
    return schema


def _fragments(
    read: Sequence[tuple[Footer, str]], partitions: Partitions
) -> Iterator[Fragment]:
    first = 0
    for (footer, digest), values in zip(read, partitions.values, strict=True):
        rows = sum(footer.row_groups)
        yield Fragment(
            path=footer.path,
            name=footer.name,
            first=first,
            rows=rows,
            row_groups=footer.row_groups,
            bytes=footer.bytes,
            sha256=digest,
            partition=values,
        )
        first += rows
