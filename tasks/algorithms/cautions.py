"""What is doubtful about the rows of a version, in sentences and as a table.

How it was found is in overlap, giveaways, memorisation, rarity, idle and oddities.
"""

from collections.abc import Sequence

from schemas.findings import Findings, Memorisation, OddNumbers
from tasks.algorithms.captions import percent, printable, shorten
from tasks.algorithms.idle import idle_caution
from tasks.algorithms.odd_words import odd_caution
from tasks.algorithms.rarity import rarity_sentence
from tasks.algorithms.suspects import suspects
from tasks.algorithms.tables import Row, finite

_WIDTH = 40  # cells of a label
_SHOWN = 3
_MANY = 0.01  # of the synthetic rows: fewer copies are told by the table alone


def cautions(found: Findings | None, odd: Sequence[OddNumbers] = ()) -> tuple[str, ...]:
    """Say what may be wrong, the worst first.

    Args:
        found: None when nothing was inspected.
        odd: Odd numbers, of each feature that has any.

    Returns:
        Sentences; none if nothing is wrong.
    """
    told = tuple(filter(None, [odd_caution(odd)]))
    return told if found is None else (*_doubts(found), *told)


def _doubts(found: Findings) -> tuple[str, ...]:
    return (
        *suspects(found.overlap, found.giveaways, folds=False),
        *_copied(found.memorisation),
        *filter(None, [rarity_sentence(found.rarities), idle_caution(found.idle)]),
    )


def _copied(found: Sequence[Memorisation]) -> tuple[str, ...]:
    copied = [one for one in found if one.copies >= _MANY * one.synthetic]
    named = tuple(
        f"{one.copies:,} of {one.synthetic:,} synthetic rows of class "
        f"{shorten(one.label, _WIDTH)} that were looked at are copies of training rows."
        for one in copied[:_SHOWN]
    )
    more = len(copied) - _SHOWN
    return (*named, f"So it is in {more:,} more classes.") if more > 0 else named


def memorisation_sentence(found: Sequence[Memorisation]) -> str:
    """Say how much of what was synthesised is copied, class by class in a table.

    Args:
        found: Of each class with synthetic rows.

    Returns:
        Plain text about the class whose rows lie closest; empty without any.
    """
    if not found:
        return ""
    most = max(found, key=lambda one: one.closer)
    return (
        f"Of {most.synthetic:,} synthetic rows of class {shorten(most.label, _WIDTH)}, "
        f"{percent(most.closer)} lie closer to a training row than is usual between "
        f"training rows; of new rows it would be half. {percent(most.astray)} are "
        f"closest to a row of another class, and so are {percent(most.astray_real)} of "
        "its training rows."
    )


def memorisation_rows(found: Sequence[Memorisation]) -> list[Row]:
    """List how close synthetic rows lie to training rows, and to which.

    Args:
        found: Of each class with synthetic rows.

    Returns:
        A row for each class.
    """
    return [
        {
            "Class": printable(one.label),
            "Looked at": one.synthetic,
            "Copies": one.copies,
            "Distance to a training row": finite(one.to_real),
            "Between training rows": finite(one.between_real),
            "Share closer than those": finite(one.closer),
            "Share closest to another class": finite(one.astray),
            "The same of training rows": finite(one.astray_real),
        }
        for one in found
    ]
