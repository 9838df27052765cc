"""How many rows the call of a stage works on. How fast it does is in pace."""

from collections.abc import Sequence

from schemas.plan import ResamplePlan
from schemas.survey import Survey
from schemas.verdict import Evaluation
from schemas.written import Check, FileEntry, Shard, SyntheticPart


def part_sizes(items: Sequence[object], given: Sequence[object]) -> list[int] | None:
    """Tell the rows of each item that a stage is mapped over.

    Args:
        items: Shards, synthetic parts, or codes of classes whose donors are searched.
        given: The other arguments.

    Returns:
        Rows of each, in order; None for items that have no rows.
    """
    sizes = [_part_size(item, given) for item in items]
    known = [size for size in sizes if size is not None]
    return known if len(known) == len(sizes) else None


def _part_size(item: object, given: Sequence[object]) -> int | None:
    if isinstance(item, Shard | SyntheticPart):
        return item.stop - item.start
    plans = [value for value in given if isinstance(value, ResamplePlan)]
    if isinstance(item, int) and plans:
        return plans[0].classes[item].kept
    return None


def call_size(given: Sequence[object], found: object) -> int | None:
    """Tell the rows that a single call of a stage has worked on.

    Args:
        given: The arguments.
        found: What the stage gave back.

    Returns:
        Rows surveyed, planned for, learnt from and judged on, or verified; None for a
        stage that works on no rows.
    """
    if isinstance(found, Survey):
        return found.rows
    if isinstance(found, ResamplePlan):
        return sum(item.source for item in found.classes)
    if isinstance(found, Evaluation):
        return found.holdout_rows + _learnt(found)
    if isinstance(found, tuple) and found and isinstance(found[0], Check):
        return sum(entry.rows or 0 for entry in _files(given))
    return None


def _learnt(found: Evaluation) -> int:
    """Neither a moved threshold nor a corrected prior is training of its own."""
    free = {"threshold_moved", "corrected"}
    return sum(m.train_rows for m in found.models if m.name not in free)


def _files(given: Sequence[object]) -> list[FileEntry]:
    lists = [value for value in given if isinstance(value, list | tuple)]
    return [entry for one in lists for entry in one if isinstance(entry, FileEntry)]
