"""Measures of how imbalanced class counts are. How to mend it is the plan's."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from schemas.plan import Diagnosis
from tasks.algorithms import chi_square

Shares = npt.NDArray[np.float64]


def diagnose(counts: Sequence[int]) -> Diagnosis:
    """Measure the imbalance of class counts, in any order.

    Args:
        counts: Rows of each class, each 1 or more; 2 classes or more.

    Returns:
        All measures of this module.

    Raises:
        ValueError: Fewer than 2 classes, or a class without rows.

    >>> diagnosis = diagnose([900, 900, 100])
    >>> round(diagnosis.imbalance_ratio, 4), round(diagnosis.imbalance_degree, 4)
    (9.0, 0.6107)
    """
    ordered = sorted(counts)  # so that the order of classes changes no last bit
    if len(ordered) < 2 or ordered[0] < 1:  # noqa: PLR2004 - one class is no choice
        raise ValueError(f"need 2 or more classes with 1 or more rows each: {counts}")
    shares = np.asarray(ordered, np.float64) / sum(ordered)
    statistic = lrid(ordered)
    return Diagnosis(
        classes=len(ordered),
        rows=sum(ordered),
        imbalance_ratio=ordered[-1] / ordered[0],
        minority_share=float(shares[0]),
        pielou_j=pielou_j(shares),
        hill_1=hill_1(shares),
        hill_2=hill_2(shares),
        gini_simpson=gini_simpson(shares),
        total_variation=total_variation(shares),
        imbalance_degree=imbalance_degree(ordered),
        lrid=statistic,
        p_value=chi_square.tail(statistic, len(ordered) - 1),
    )


def entropy(shares: Shares) -> float:
    """Shannon entropy in nats, 0..ln K, of shares (K,) that are all positive.

    Source: Shannon (1948), https://doi.org/10.1002/j.1538-7305.1948.tb01338.x
    """
    return -float(shares @ np.log(shares))


def pielou_j(shares: Shares) -> float:
    """Entropy as a share of the most there can be, 0..1; 1 is balanced.

    Source: Pielou (1966), https://doi.org/10.1016/0022-5193(66)90013-0
    """
    return min(1.0, entropy(shares) / math.log(len(shares)))


def hill_1(shares: Shares) -> float:
    """Effective number of classes, 1..K: as many even classes have this entropy.

    Source: Hill (1973), https://doi.org/10.2307/1934352
    """
    return math.exp(entropy(shares))


def hill_2(shares: Shares) -> float:
    """Effective number of classes, 1..K, that rare classes hardly move.

    The inverse of the chance that two rows are of one class (Simpson 1949).

    Source: Hill (1973), https://doi.org/10.2307/1934352
    """
    return 1.0 / float(shares @ shares)


def gini_simpson(shares: Shares) -> float:
    """Chance that two rows differ in class, over (K-1)/K, its most; 0..1.

    Source: Simpson (1949), https://doi.org/10.1038/163688a0
    """
    classes = len(shares)
    return min(1.0, (1.0 - float(shares @ shares)) * classes / (classes - 1))


def total_variation(shares: Shares) -> float:
    """Share of rows that would have to change class for balance, 0..(K-1)/K.

    Source: Levin and Peres (2017), section 4.1, https://doi.org/10.1090/mbk/107
    """
    return float(np.abs(shares - 1.0 / len(shares)).sum()) / 2.0


def imbalance_degree(counts: Sequence[int]) -> float:
    """Imbalance that tells how many classes are minorities: m of them give m-1..m.

    The Hellinger distance to balance, over that of the farthest distribution with as
    many minority classes (m empty, one with all the rest), plus m - 1.

    Args:
        counts: Rows of each of K classes.

    Returns:
        0 when balanced, else a number in (m-1, m], m < K.

    Source: Ortigosa-Hernandez, Inza and Lozano (2017),
    https://doi.org/10.1016/j.patrec.2017.08.002
    """
    classes, rows = len(counts), sum(counts)
    minorities = sum(count * classes < rows for count in counts)
    if minorities == 0:
        return 0.0
    even = (classes - minorities - 1) / classes
    farthest = np.full(classes, 1.0 / classes)
    farthest[:minorities] = 0.0
    farthest[-1] = 1.0 - even
    distance = _hellinger_to_even(np.asarray(counts, np.float64) / rows)
    return distance / _hellinger_to_even(farthest) + minorities - 1


def lrid(counts: Sequence[int]) -> float:
    """Likelihood-ratio imbalance degree, 2 N KL(shares || even); 0 when balanced.

    Chi-square with K-1 degrees of freedom if rows were drawn from even classes.

    Source: Zhu, Wang, Li and Xue (2018), https://doi.org/10.1016/j.patrec.2018.09.012
    """
    rows = np.asarray(counts, np.float64)
    even = rows.mean()
    return max(0.0, 2.0 * float(rows @ np.log(rows / even)))


def _hellinger_to_even(shares: Shares) -> float:
    gaps = np.sqrt(shares) - math.sqrt(1.0 / len(shares))
    return float(np.linalg.norm(gaps)) / math.sqrt(2.0)
