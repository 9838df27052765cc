"""One schema for files whose types differ a little, and values cast to it.

Types are merged as Arrow merges them, where no value can change unnoticed.
"""

from collections.abc import Sequence

import pyarrow as pa

from schemas.errors import UserError


def shared_schema(names: Sequence[str], schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Merge the schemas of the files of a source.

    Integers become the widest, integers with floats float64, and a column of nulls
    alone what it is elsewhere; text with a dictionary becomes text, moments get the
    finest unit. Whether a value bears it is seen when it is read. Views of text and
    bytes, which Arrow cannot filter, become text and bytes.

    Args:
        names: Of the files, one or more.
        schemas: Of the same files.

    Returns:
        The columns in the order of the first file, with its metadata; one may be null
        if it may be in any file.

    Raises:
        UserError: A name occurs twice in a file, a file lacks a column or has one more,
            or two types cannot be merged.

    Source: https://arrow.apache.org/docs/python/generated/pyarrow.unify_schemas.html

    >>> one, other = pa.schema([("x", pa.int32())]), pa.schema([("x", pa.float32())])
    >>> shared_schema(["a", "b"], [one, other]).field("x").type
    DataType(double)
    """
    first = _without_views(schemas[0])
    _check_distinct(names[0], first)
    found = {field.name: (field, names[0]) for field in first}
    for name, schema in zip(names, schemas, strict=True):
        if schema.equals(schemas[0]):
            continue
        _check_columns((names[0], first), (name, schema))
        for field in _without_views(schema):
            found[field.name] = _merged(found[field.name], (field, name))
    return pa.schema([field for field, _ in found.values()], first.metadata)


def cast_to(field: pa.Field, column: pa.Array, name: str) -> pa.Array:
    """Give a column the type that it has in all files together.

    Args:
        field: Of the shared schema.
        column: As read from a file.
        name: Of the file.

    Raises:
        UserError: A value would change.
    """
    if column.type.equals(field.type):
        return column
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid as error:
        raise UserError(
            f"{name!r} has the column {field.name!r} of type {column.type}, other "
            f"files have it of another, and as {field.type} a value would change "
            f"({error}). Write all files of a source with one type."
        ) from error


def _without_views(schema: pa.Schema) -> pa.Schema:
    fields = [field.with_type(_without_view(field.type)) for field in schema]
    return pa.schema(fields, schema.metadata)


def _without_view(kind: pa.DataType) -> pa.DataType:
    """Give text and bytes a layout that Arrow can filter; Parquet knows but one."""
    types = pa.types
    if types.is_string_view(kind):
        return pa.string()
    if types.is_binary_view(kind):
        return pa.binary()
    if "_view" not in str(kind):
        return kind
    inner = [
        kind.field(place).with_type(_without_view(kind.field(place).type))
        for place in range(kind.num_fields)
    ]
    if types.is_struct(kind):
        return pa.struct(inner)
    if types.is_map(kind):
        return pa.map_(*inner[0].type)
    return pa.large_list(*inner) if types.is_large_list(kind) else pa.list_(*inner)


def _check_distinct(name: str, schema: pa.Schema) -> None:
    seen = set()
    for column in schema.names:
        if column in seen:
            raise UserError(f"{name!r} has two columns {column!r}. Rename one.")
        seen.add(column)


def _check_columns(first: tuple[str, pa.Schema], other: tuple[str, pa.Schema]) -> None:
    _check_distinct(*other)
    for (here, ours), (there, theirs) in ((first, other), (other, first)):
        for field in theirs:
            if field.name not in ours.names:
                raise UserError(
                    f"{here!r} has no column {field.name!r}, and {there!r} has one of "
                    f"type {field.type}. Write all files of a source with the same "
                    "columns."
                )


def _merged(
    one: tuple[pa.Field, str], other: tuple[pa.Field, str]
) -> tuple[pa.Field, str]:
    """Merge two fields of a name; what is told of the type is the file it is from."""
    (ours, here), (theirs, there) = one, other
    kind = _merged_type(ours.type, theirs.type)
    if kind is None:
        raise UserError(
            f"{there!r} has the column {ours.name!r} of type {theirs.type}, "
            f"{here!r} has it of type {ours.type}, and these cannot be one column. "
            "Write all files of a source with one type."
        )
    field = ours.with_type(kind).with_nullable(ours.nullable or theirs.nullable)
    return field, here if kind == ours.type else there


def _merged_type(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """Give the type that holds both; None if there is none."""
    if one == other:
        return one
    if pa.types.is_dictionary(one) != pa.types.is_dictionary(other):
        if pa.types.is_null(one) or pa.types.is_null(other):
            return other if pa.types.is_null(one) else one
        return _merged_type(_plain(one), _plain(other))
    schemas = [pa.schema([("x", kind)]) for kind in (one, other)]
    try:
        kind = pa.unify_schemas(schemas, promote_options="permissive").field(0).type
    except pa.ArrowException:
        return None
    # Nested values would have to be looked into, decimals lose digits as floats, and
    # text that becomes bytes is no text.
    lossy = pa.types.is_floating(kind) and _is_decimal(one, other)
    return None if pa.types.is_nested(kind) or lossy or _is_bytes(kind) else kind


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_decimal(*kinds: pa.DataType) -> bool:
    return any(pa.types.is_decimal(kind) for kind in kinds)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
