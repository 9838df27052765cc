"""Columns kept in folder names, ``year=2024/month=5``. File contents are parquet's."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

import pyarrow as pa

from schemas.errors import UserError

NULL = "__HIVE_DEFAULT_PARTITION__"
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}")
_INT64 = range(-(2**63), 2**63)

Value = str | int | None


class Partitions(NamedTuple):
    """The partition columns of a source."""

    fields: tuple[pa.Field, ...]
    """One for each column, in path order."""
    values: tuple[dict[str, Value], ...]
    """One for each file."""


def read_partitions(names: Sequence[str]) -> Partitions:
    """Read the hive-style partition columns off the names of files.

    A column is int64 if every value is an integer written canonically (no plus, no
    leading zero), else string; ``__HIVE_DEFAULT_PARTITION__`` is null.

    Args:
        names: Paths relative to the source's root, with forward slashes; one or more.

    Returns:
        The columns and each file's values.

    Raises:
        UserError: Files differ in their keys, or a name cannot be decoded.

    Source: https://arrow.apache.org/docs/python/generated/pyarrow.dataset.HivePartitioning.html

    >>> read_partitions(["a=1/b=x%2Fy/f.parquet", "a=2/b=z/f.parquet"]).values
    ({'a': 1, 'b': 'x/y'}, {'a': 2, 'b': 'z'})
    """
    texts = [_parse(name) for name in names]
    keys = tuple(texts[0])
    for name, text in zip(names, texts, strict=True):
        if tuple(text) != keys:
            raise UserError(
                f"{name!r} has the partition columns {list(text)}, {names[0]!r} has "
                f"{list(keys)}. Give all files the same key=value folders."
            )
    types = {key: _type([text[key] for text in texts]) for key in keys}
    return Partitions(
        tuple(pa.field(key, kind) for key, kind in types.items()),
        tuple({k: _value(t[k], types[k]) for k in keys} for t in texts),
    )


def _parse(name: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for folder in name.split("/")[:-1]:
        key, equals, value = (_decode(part, name) for part in folder.partition("="))
        if not (key and equals):
            continue
        if key in found:
            raise UserError(f"{name!r} has the partition column {key!r} twice.")
        found[key] = None if value == NULL else value
    return found


def _decode(text: str, name: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name!r}: {text!r} is not percent-encoded UTF-8. Rename the folder."
        ) from error


def _type(values: Sequence[str | None]) -> pa.DataType:
    texts = [value for value in values if value is not None]
    if texts and all(_INTEGER.fullmatch(t) and int(t) in _INT64 for t in texts):
        return pa.int64()
    return pa.string()


def _value(text: str | None, kind: pa.DataType) -> Value:
    return int(text) if text is not None and kind == pa.int64() else text
