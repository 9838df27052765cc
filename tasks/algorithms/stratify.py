"""How many rows of each class a bounded sample has. Which ones is decided by hashes."""

from collections.abc import Mapping


def stratified(rows: Mapping[str, int], most: int, least: int) -> dict[str, int]:
    """Cut classes in the same proportion, so that their shares stay what they are.

    Args:
        rows: Of each class, each 1 or more.
        most: Rows of the sample, about.
        least: Rows that a class keeps, if it has so many.

    Returns:
        Rows of each class in the sample; all there are if no more than most.

    >>> stratified({"a": 900, "b": 100}, 100, 5)
    {'a': 90, 'b': 10}
    """
    total = sum(rows.values())
    if total <= most:
        return dict(rows)
    return {
        label: max(min(count, least), (2 * count * most + total) // (2 * total))
        for label, count in rows.items()
    }
