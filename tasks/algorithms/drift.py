"""How far class priors moved between two tables of counts. What follows is a flow's."""

import math
from collections.abc import Mapping

from schemas.config import WatchConfig
from schemas.records import Drift
from tasks.algorithms import chi_square


def drift(
    before: Mapping[str, int],
    after: Mapping[str, int],
    version: int,
    limits: WatchConfig,
) -> Drift:
    """Compare the class counts of a source with those a version was made of.

    The priors moved if a class appeared or vanished, or if chance would seldom move
    them as far (G-test of homogeneity) and they moved by enough to matter (Cohen's w).
    The minimum effect is needed because G grows with the rows: in a table of millions
    every move is significant, also one that no model would notice. The significance is
    needed because in a table of hundreds large moves happen by chance.

    Args:
        before: Rows of each class then, 0 or more; a class of 0 rows counts as absent.
        after: Rows of each class now, the same.
        version: The published version that is compared with, 1 or more.
        limits: The highest p-value and the least effect.

    Returns:
        The comparison. All its numbers are finite: with no rows on one side, or one
        class in all, there is nothing to test, and G and w are 0 and p is 1.

    Source: Sokal and Rohlf (1981), Biometry, chapter 17, for the G-test; Cohen (1988),
    Statistical Power Analysis, section 7.2, for w, of which .1 is small, .3 medium.

    >>> before, after = {"no": 900, "yes": 100}, {"no": 800, "yes": 200}
    >>> found = drift(before, after, 1, WatchConfig())
    >>> round(found.g, 2), round(found.effect, 3), found.moved
    (39.87, 0.333, True)
    """
    then = {label: rows for label, rows in before.items() if rows}
    now = {label: rows for label, rows in after.items() if rows}
    labels = [*then, *(label for label in now if label not in then)]
    g, p_value, effect = 0.0, 1.0, 0.0
    if then and now and len(labels) > 1:
        g = g_statistic(then, now)
        p_value = chi_square.tail(g, len(labels) - 1)
        effect = cohens_w(then, now)
    appeared = tuple(label for label in now if label not in then)
    vanished = tuple(label for label in then if label not in now)
    far = p_value <= limits.max_p_value and effect >= limits.min_effect
    return Drift(
        version=version,
        before=dict(before),
        after=dict(after),
        g=g,
        p_value=p_value,
        effect=effect,
        appeared=appeared,
        vanished=vanished,
        moved=bool(appeared or vanished or far),
    )


def g_statistic(before: Mapping[str, int], after: Mapping[str, int]) -> float:
    """Likelihood-ratio statistic that both rows of counts share one set of priors.

    Chi-square with K-1 degrees of freedom if they do, K classes in all. Counts are
    compared as whole numbers: equal priors give exactly 0 in tables of any size.

    Args:
        before: Rows of each class, 1 or more; 1 class or more.
        after: The same; other classes may occur.

    Returns:
        2 sum(observed ln(observed / expected)), 0 or more.
    """
    sizes = sum(before.values()), sum(after.values())
    terms = []
    for label in before.keys() | after.keys():
        observed = before.get(label, 0), after.get(label, 0)
        for rows, size in zip(observed, sizes, strict=True):
            # ln(observed / expected), exact where they hardly differ.
            expected = sum(observed) * size
            gap = rows * sum(sizes) - expected
            terms.append(rows * math.log1p(gap / expected) if rows else 0.0)
    return max(0.0, 2 * math.fsum(terms))


def cohens_w(before: Mapping[str, int], after: Mapping[str, int]) -> float:
    """How far priors moved, over the classes known before: sqrt(sum((p1-p0)^2 / p0)).

    It does not depend on the number of rows. A class that appeared has no share before
    to be measured by: it counts in so far as the shares of the others shrink.

    Args:
        before: Rows of each class, 1 or more; 1 class or more.
        after: The same; other classes may occur.

    Returns:
        0 or more; 0 for equal priors.
    """
    then, now = sum(before.values()), sum(after.values())
    return math.sqrt(
        math.fsum(
            ((after.get(label, 0) * then - rows * now) / (then * now)) ** 2
            / (rows / then)
            for label, rows in before.items()
        )
    )
