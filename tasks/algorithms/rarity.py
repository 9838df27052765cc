"""Classes with too few holdout rows to judge anything by, and how many it would take.

Classes without any are told by the evaluation and by the plan.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

from schemas.findings import Rarity
from tasks.algorithms.captions import percent, quoted

REACH = 0.2
"""Half the width that the interval of a recall of one half may have: from 30 % to 70 %
it says next to nothing, and less is no verdict at all."""
_SHOWN = 3
_WIDTH = 40  # cells of a label


def wilson(hits: float, rows: int, confidence: float) -> tuple[float, float]:
    """Bound a share that was measured on a few rows.

    Args:
        hits: Rows that count, 0..rows.
        rows: 1 or more.
        confidence: Of the interval, such as .95.

    Returns:
        Lower and upper bound, in 0..1.

    Source: Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953

    >>> low, high = wilson(5, 10, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.237, 0.763)
    """
    z, share = NormalDist().inv_cdf((1 + confidence) / 2), hits / rows
    middle = share + z**2 / (2 * rows)
    reach = z * math.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2))
    whole = 1 + z**2 / rows
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def needed(confidence: float, reach: float = REACH) -> int:
    """Tell how many rows bound a recall of one half narrowly enough.

    A half is the worst case: the interval of any other recall is narrower.

    Args:
        confidence: Of the interval.
        reach: Half of its width, in 0..0.5.

    Returns:
        The fewest rows.

    >>> needed(0.95), needed(0.95, 0.1), needed(0.95, 0.05)
    (21, 93, 381)
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return math.ceil(z**2 * (1 / (4 * reach**2) - 1))


def rarities(
    judged: Mapping[str, int],
    held_out: Mapping[str, int],
    share: float,
    confidence: float,
) -> tuple[Rarity, ...]:
    """Find the classes whose recall cannot be told from their holdout rows.

    Args:
        judged: Rows of each class that models are judged on.
        held_out: Rows of each class in the holdout, of which those may be a sample.
        share: Of the source that is held out.
        confidence: Of the interval.

    Returns:
        Classes with a row or more but fewer than `needed`, the rarest first.
    """
    enough = needed(confidence)
    few = {label: rows for label, rows in judged.items() if 0 < rows < enough}
    return tuple(
        Rarity(
            label=label,
            rows=rows,
            interval=wilson(rows / 2, rows, confidence),
            needed=enough,
            source_rows=max(0, math.ceil((enough - held_out[label]) / share)),
        )
        for label, rows in sorted(few.items(), key=lambda item: item[1])
    )


def rarity_sentence(found: Sequence[Rarity]) -> str:
    """Say which classes are too rare to be judged, and what would help.

    Args:
        found: Of `rarities`.

    Returns:
        Plain text, with the numbers of the rarest class; empty if there is none.
    """
    if not found:
        return ""
    rarest = found[0]
    low, high = map(percent, rarest.interval)
    return (
        f"No verdict is possible on class {_named(rarest)}{_others(found[1:])}: "
        f"measured on {rarest.rows:,} holdout row{'' if rarest.rows == 1 else 's'}, a "
        f"recall of one half may be anything from {low} to {high}. It takes "
        f"{rarest.needed:,} to know it within {100 * REACH:.0f} points: "
        f"{_remedy(rarest)}."
    )


def _others(found: Sequence[Rarity]) -> str:
    if not found:
        return ""
    told = [f"{_named(one)} ({one.rows:,} rows)" for one in found[:_SHOWN]]
    more = len(found) - _SHOWN
    return f", nor on {', '.join(told)}" + (f" and {more:,} more" if more > 0 else "")


def _named(found: Rarity) -> str:
    return quoted(found.label, _WIDTH)


def _remedy(found: Rarity) -> str:
    if not found.source_rows:
        return "they are there, so raise evaluation.max_rows"
    return f"about {found.source_rows:,} more rows of it in the source"
