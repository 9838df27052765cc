"""Classes with too few rows to stay apart: merged into one, or set aside.

Which labels are allowed at all is the contract's, and told in contract.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.contract import TargetContract
from schemas.errors import UserError
from schemas.survey import Merger, Rejection
from tasks.algorithms.counts import in_label_order
from tasks.algorithms.labels import as_text, encode

_SHOWN = 5


class Accepted(NamedTuple):
    """What is balanced, what is set aside, and what is called otherwise."""

    classes: dict[str, int]
    """Rows of each class, in label order."""
    rejections: tuple[Rejection, ...]
    merger: Merger | None = None


def settle(
    classes: Mapping[str, int],
    rejections: Sequence[Rejection],
    contract: TargetContract,
) -> Accepted:
    """Decide what becomes of rare classes.

    Args:
        classes: Rows of each label that may occur.
        rejections: Labels that may not.
        contract: Says which classes are rare, and their fate.

    Returns:
        The classes that are left. A rare class that is called as the merged one is to
        be called is part of it, and not merged.
    """
    ordered = {label: classes[label] for label in in_label_order(list(classes))}
    rare = [k for k, n in ordered.items() if n < (contract.rare_below or 0)]
    if contract.rare_into is None:
        reason = f"class is rare: fewer than {contract.rare_below} rows"
        dropped = [Rejection(label=k, reason=reason, rows=ordered[k]) for k in rare]
        left = {k: n for k, n in ordered.items() if k not in set(rare)}
        return Accepted(left, (*rejections, *dropped))
    return _merged(ordered, tuple(rejections), rare, contract.rare_into)


def _merged(
    classes: dict[str, int],
    rejections: tuple[Rejection, ...],
    rare: Sequence[str],
    into: str,
) -> Accepted:
    moved = {label: classes.pop(label) for label in rare if label != into}
    if not moved:
        return Accepted(classes, rejections)
    classes[into] = classes.get(into, 0) + sum(moved.values())
    ordered = {label: classes[label] for label in in_label_order(list(classes))}
    return Accepted(ordered, rejections, Merger(into=into, rows=moved))


def check_into(name: str, kind: pa.DataType, contract: TargetContract) -> None:
    """Refuse a label that the target column cannot hold, or would write otherwise.

    Args:
        name: Of the target column.
        kind: Its type, a label type.
        contract: Names the label.

    Raises:
        UserError: It cannot.
    """
    into = contract.rare_into
    if into is None:
        return
    try:
        written = as_text(_value(into, kind))[0].as_py()
    except pa.ArrowInvalid:
        written = None
    if written != into:
        fit = f"it would be {written!r} there" if written else "it does not fit there"
        raise UserError(
            f"contract.rare_into is {into!r}, and target column {name!r} has type "
            f"{kind}: {fit}; name a label as the column writes it, such as a whole "
            "number that no class has, or write the source with a text target"
        )


def _value(label: str, kind: pa.DataType) -> pa.Array:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.array([label]).cast(plain)


def relabel(table: pa.Table, target: str, merger: Merger) -> pa.Table:
    """Give the rows of merged classes their new label.

    Args:
        table: Any rows of the source, with or without such classes.
        target: The column that holds the labels.
        merger: Which become what.

    Returns:
        The same rows in the same schema.
    """
    column, labels = table.column(target), list(merger.rows)
    chunks = [_relabelled(chunk, labels, merger.into) for chunk in column.chunks]
    place = table.schema.get_field_index(target)
    changed = pa.chunked_array(chunks, column.type)
    return table.set_column(place, table.schema.field(place), changed)


def _relabelled(chunk: pa.Array, labels: Sequence[str], into: str) -> pa.Array:
    moved = encode(chunk, labels) >= 0
    if not moved.any():
        return chunk
    if pa.types.is_dictionary(chunk.type):
        return _relabelled_levels(chunk, labels, into)
    return pc.if_else(pa.array(moved), _value(into, chunk.type)[0], chunk)


def _relabelled_levels(
    chunk: pa.DictionaryArray, labels: Sequence[str], into: str
) -> pa.Array:
    """Let a level that goes make room for the new one: the index type may be full."""
    texts = as_text(chunk.dictionary).to_pylist()
    gone = [place for place, text in enumerate(texts) if text in set(labels)]
    new = texts.index(into) if into in texts else gone[0]
    levels = pc.if_else(
        pa.array(np.arange(len(texts)) == new),
        _value(into, chunk.type)[0],
        chunk.dictionary,
    )
    leads_to = np.arange(len(texts))
    leads_to[gone] = new
    indices = pa.array(leads_to).take(chunk.indices).cast(chunk.type.index_type)
    return pa.DictionaryArray.from_arrays(indices, levels, ordered=chunk.type.ordered)


def merger_notes(merger: Merger | None) -> tuple[str, ...]:
    """Say which classes were merged; nothing if none were."""
    if merger is None:
        return ()
    largest = sorted(merger.rows.items(), key=lambda item: -item[1])
    shown = ", ".join(f"{label!r} ({rows:,} rows)" for label, rows in largest[:_SHOWN])
    more = len(largest) - _SHOWN
    also = f" and {more:,} more" if more > 0 else ""
    return (f"Rare classes became class {merger.into!r}: {shown}{also}.",)
