"""What becomes of the rows of each class, as planned or as published, class by class.

How many rows that shall be is decided in plan.
"""

from collections import Counter
from collections.abc import Sequence

from schemas.manifest import ManifestClass
from schemas.plan import ClassPlan
from schemas.survey import Rejection
from tasks.algorithms.captions import printable
from tasks.algorithms.tables import Row, finite

ClassFate = ClassPlan | ManifestClass


def class_rows(
    classes: Sequence[ClassFate], rejections: Sequence[Rejection] = ()
) -> list[Row]:
    """Tell what becomes of the rows of each class, largest class first.

    Args:
        classes: What becomes of each class.
        rejections: Rows that broke the contract; those of other labels are left out.

    Returns:
        A row for each class. Priors are shares of the training rows, or of what they
        count for.
    """
    before = max(1, sum(map(rows_before, classes)))
    after = max(1, sum(one.train * one.weight for one in classes))
    weighted = any(one.weight != 1 for one in classes)
    rejected: Counter[str | None] = Counter()
    for rejection in rejections:
        rejected[rejection.label] += rejection.rows
    return [
        {
            "Class": printable(one.label),
            "Source": one.source,
            "Rejected": rejected[one.label],
            "Holdout": one.holdout,
            "Kept": one.kept,
            "Dropped": one.dropped,
            "Duplicated": one.duplicated,
            "Synthetic": one.synthetic,
            "Train": one.train,
            **({"Weight": finite(one.weight)} if weighted else {}),
            "Prior before": finite(rows_before(one) / before),
            "Prior after": finite(one.train * one.weight / after),
        }
        for one in largest_first(classes)
    ]


def largest_first(classes: Sequence[ClassFate]) -> list[ClassFate]:
    """Sort classes by their training rows before; ties stay in label order."""
    return sorted(classes, key=rows_before, reverse=True)


def rows_before(fate: ClassFate) -> int:
    """Count the training rows of a class as they were."""
    return fate.kept + fate.dropped
