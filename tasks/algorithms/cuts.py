"""From how many rows of each class go where, to which: thresholds into a plan.

How many there are is decided in plan; how order statistics are found, in thresholds.
"""

from collections.abc import Sequence

from schemas.plan import ClassPlan
from tasks.algorithms.plan import ranks
from tasks.algorithms.thresholds import Scan, thresholds


def cut(classes: Sequence[ClassPlan], scan: Scan) -> tuple[ClassPlan, ...]:
    """Fill in the thresholds that make the counts of a plan exact.

    Args:
        classes: Each with its counts.
        scan: Streams codes and hashes of all rows, as for ``thresholds``; the code of a
            class is its place.

    Returns:
        The same with holdout_below, keep_below and extra_below.
    """
    counts = [item.source for item in classes]
    found = thresholds(scan, counts, [ranks(item) for item in classes])
    return tuple(
        item.model_copy(
            update={"holdout_below": held, "keep_below": kept, "extra_below": extra}
        )
        for item, (held, kept, extra) in zip(classes, found, strict=True)
    )


def cut_training(classes: Sequence[ClassPlan], scan: Scan) -> tuple[ClassPlan, ...]:
    """Fill in the thresholds among training rows, where it is known who they are.

    Args:
        classes: Each with its counts and its holdout_below.
        scan: As for ``cut``, but rows that are held out belong to no class.

    Returns:
        The same with keep_below and extra_below.
    """
    training = [
        item.model_copy(update={"source": item.source - item.holdout, "holdout": 0})
        for item in classes
    ]
    return tuple(
        item.model_copy(
            update={"keep_below": found.keep_below, "extra_below": found.extra_below}
        )
        for item, found in zip(classes, cut(training, scan), strict=True)
    )
