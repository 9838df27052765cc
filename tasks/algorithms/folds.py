"""How rows are parted into folds, again and again. What is played there: matches."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from schemas.errors import UserError
from tasks.algorithms.labels import Codes
from tasks.algorithms.sides import named
from tasks.algorithms.steady import steady

Deal = npt.NDArray[np.int8]
"""The fold of each row, shape (rows,)."""
Groups = npt.NDArray[np.int64]


def deal(
    codes: Codes, groups: Groups | None, folds: int, repeats: int, seed: int
) -> tuple[Deal, ...]:
    """Part rows into folds, each with its share of every class.

    Args:
        codes: Class of each row.
        groups: Rows of one group stay in one fold; None: each row is by itself.
        folds: 2 to 20.
        repeats: How often, each time anew.
        seed: Of the first repeat; those that follow count on.

    Returns:
        For each repeat the fold of each row. A class with fewer rows than folds is
        missing from some of them.

    Raises:
        UserError: There are too few rows or groups for so many folds.
    """
    _check(codes, groups, folds)
    dealt = tuple(
        part(codes, groups, folds, (seed + repeat) % 2**32) for repeat in range(repeats)
    )
    if any(len(np.unique(one)) < folds for one in dealt):
        raise UserError(
            f"groups are so unequal that a fold of {folds} is left without rows; name "
            "fewer folds or another group column"
        )
    return dealt


def _check(codes: Codes, groups: Groups | None, folds: int) -> None:
    if np.bincount(codes).max() < folds:
        raise UserError(
            f"no class has {folds} training rows, so there cannot be {folds} folds; "
            "compare on more rows or in fewer folds"
        )
    if groups is not None and (found := len(np.unique(groups))) < folds:
        raise UserError(
            f"the group column has {found} values, so there cannot be {folds} folds; "
            "name fewer folds or another group column"
        )


def part(codes: Codes, groups: Groups | None, folds: int, seed: int) -> Deal:
    """Part rows into folds once, whatever comes of it.

    Args:
        codes: Class of each row; one class has as many rows as there are folds.
        groups: As for ``deal``.
        folds: 2 or more.
        seed: 0 <= seed < 2**32.

    Returns:
        The fold of each row; with groups, some may be empty.
    """
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    splitter = kind(folds, shuffle=True, random_state=seed)
    dealt: Deal = np.empty(len(codes), np.int8)
    with steady():
        for fold, (_, validation) in enumerate(splitter.split(codes, codes, groups)):
            dealt[validation] = fold
    return dealt


def group_codes(column: pa.ChunkedArray | pa.Array) -> Groups:
    """Number the groups of rows.

    Args:
        column: Whose equal values are a group; a null, or NaN, is a group by itself.

    Returns:
        Shape (rows,), equal where the values are.

    >>> group_codes(pa.array(["a", None, "a", None])).tolist()
    [0, -2, 0, -4]
    """
    column = named(column)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    found = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    alone = -1 - np.arange(len(found))
    groups: Groups = np.where(found < 0, alone, found).astype(np.int64)
    return groups


def shuffled(dealt: Deal, seed: int) -> npt.NDArray[np.intp]:
    """Shuffle rows within each fold: labels put there tell nothing of a row any more.

    Args:
        dealt: Fold of each row.
        seed: Of the shuffle.

    Returns:
        For each row another one of its fold, each once; so folds keep their classes.
    """
    rng = np.random.default_rng(seed)
    places = np.arange(len(dealt))
    for fold in np.unique(dealt):
        mine = np.flatnonzero(dealt == fold)
        places[mine] = rng.permutation(mine)
    return places
