"""Rows that occur on both sides of a split, so that a model knows them already.

Sides are given: a holdout, or folds. What is said of them is in suspects.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from schemas.findings import Overlap
from schemas.survey import Column
from tasks.algorithms.features import to_frame
from tasks.algorithms.labels import Codes
from tasks.algorithms.selection import Hashes, splitmix64

Mask = npt.NDArray[np.bool_]
Sides = npt.NDArray[np.integer]

_KEY = "evenkeel-feature"  # pandas wants 16 bytes: the key of its SipHash
_MISSING = np.uint64(0x9E3779B97F4A7C15)  # else the hash of a text such as nan


def feature_hashes(table: pa.Table, columns: Sequence[Column]) -> Hashes:
    """Hash rows by what a model reads of them: equal rows are those it cannot tell.

    Args:
        table: Holds every feature column.
        columns: Their roles decide; key, ignored and target columns take no part.

    Returns:
        uint64 of shape (rows,). Missing equals missing. Of n different rows two have
        one hash with a chance of n² / 2**65: one in a billion for 200,000.
    """
    hashes = np.zeros(table.num_rows, np.uint64)
    frame = to_frame(table, columns)
    for name in frame:
        hashes = splitmix64(hashes ^ _words(frame[name]))
    return hashes


def _words(values: pd.Series) -> Hashes:
    if values.dtype == np.float64:
        floats = values.to_numpy() + 0.0  # 0.0 and -0.0 are equal
        floats[np.isnan(floats)] = np.nan  # of many bit patterns, one
        return floats.view(np.uint64)
    words: Hashes = pd.util.hash_array(values.to_numpy(object), hash_key=_KEY)
    words[values.isna()] = _MISSING
    return words


def straddling(hashes: Hashes, sides: Sides) -> Mask:
    """Tell which rows occur on another side too.

    Args:
        hashes: Shape (rows,), of `feature_hashes`.
        sides: Shape (rows,): the side of each row, such as its fold.

    Returns:
        Shape (rows,): True where a row on another side has the same hash.
    """
    distinct, group = np.unique(hashes, return_inverse=True)
    lowest = np.full(len(distinct), np.iinfo(np.int64).max)
    highest = np.full(len(distinct), np.iinfo(np.int64).min)
    np.minimum.at(lowest, group, sides)
    np.maximum.at(highest, group, sides)
    both: Mask = (lowest != highest)[group]
    return both


def across_holdout(
    train: tuple[Hashes, Codes], holdout: tuple[Hashes, Codes], *, sampled: bool
) -> Overlap:
    """Count holdout rows that were trained on.

    Args:
        train: Hashes of the features, and class codes, of the training rows.
        holdout: The same of the holdout.
        sampled: Whether either is a part of more rows.

    Returns:
        How many, whatever the order of the rows.
    """
    hashes = np.concatenate([train[0], holdout[0]])
    codes = np.concatenate([train[1], holdout[1]])
    held = np.arange(len(hashes)) >= len(train[0])
    repeated, same = (found[held] for found in _both(hashes, codes, held.astype(int)))
    return Overlap(
        rows=len(holdout[0]),
        others=len(train[0]),
        repeated=int(repeated.sum()),
        same_label=int(same.sum()),
        distinct=len(np.unique(train[0])),
        sampled=sampled,
    )


def across_folds(hashes: Hashes, codes: Codes, folds: Sides) -> Overlap:
    """Count rows that other folds have as well, so that they are trained on.

    Args:
        hashes: Of the features, shape (rows,).
        codes: Class codes, shape (rows,).
        folds: The fold that each row is predicted in, shape (rows,).

    Returns:
        How many, whatever the order of the rows.
    """
    repeated, same = _both(hashes, codes, folds)
    return Overlap(
        rows=len(hashes),
        others=len(hashes),
        repeated=int(repeated.sum()),
        same_label=int(same.sum()),
        distinct=len(np.unique(hashes)),
    )


def _both(hashes: Hashes, codes: Codes, sides: Sides) -> tuple[Mask, Mask]:
    labelled = splitmix64(hashes ^ codes.astype(np.uint64))
    return straddling(hashes, sides), straddling(labelled, sides)
