"""Class counts that add over batches. Which labels are allowed is the contract's."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from tasks.algorithms.labels import as_text, countable


@dataclass(frozen=True)
class ClassCounts:
    """Rows of each label as text; a monoid with ``ClassCounts()`` as identity."""

    rows: Counter[str] = field(default_factory=Counter)
    missing: int = 0

    def __add__(self, other: Self) -> "ClassCounts":
        """Add the counts of two disjoint sets of rows."""
        return ClassCounts(self.rows + other.rows, self.missing + other.missing)

    @property
    def total(self) -> int:
        """Rows counted, labelled or not."""
        return self.rows.total() + self.missing


def count(column: pa.ChunkedArray | pa.Array) -> ClassCounts:
    """Count the labels of a target column.

    Args:
        column: Of a label type, any number of chunks.

    Returns:
        Rows of each label; null and NaN are missing.

    >>> count(pa.array(["b", "a", "b", None]))
    ClassCounts(rows=Counter({'b': 2, 'a': 1}), missing=1)
    """
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    distinct = pc.value_counts(countable(column))
    labels = as_text(distinct.field("values")).to_pylist()
    rows: Counter[str] = Counter()
    missing = 0
    for label, number in zip(labels, distinct.field("counts").to_pylist(), strict=True):
        if label is None:
            missing += number
        else:
            rows[label] += number
    return ClassCounts(rows, missing)


def in_label_order(labels: list[str]) -> list[str]:
    """Sort labels: as numbers when all are whole numbers, else as text.

    >>> in_label_order(["10", "9"]), in_label_order(["b", "10", "9"])
    (['9', '10'], ['10', '9', 'b'])
    """
    try:
        return sorted(labels, key=lambda label: (int(label), label))
    except ValueError:
        return sorted(labels)
