"""Send each row of a batch where its class and its hash say. No file is opened here.

The thresholds come with the plan; making them is the work of thresholds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.plan import ClassPlan, ResamplePlan
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.selection import (
    EVERYTHING,
    Hashes,
    below,
    hash_keys,
    hash_ordinals,
    splitmix64,
)
from tasks.algorithms.sides import coordinates

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

_SAMPLING = np.uint64(0x5851F42D4C957F2D)  # parts the sample from the split


@dataclass(frozen=True)
class Routed:
    """Where each row of a batch goes; all arrays have one entry for each row."""

    codes: Codes
    """Class of the row, -1 when rejected."""
    holdout: Mask
    times: Counts
    """How often the row is written to the training set; 0 when it is not."""
    hashes: Hashes

    @property
    def sampling(self) -> Hashes:
        """Independent of the split; decides what the evaluation samples."""
        return splitmix64(self.hashes ^ _SAMPLING)

    @property
    def rejected(self) -> Mask:
        """Rows that belong to no class."""
        mask: Mask = self.codes < 0
        return mask

    @property
    def dropped(self) -> Mask:
        """Training rows that are left out."""
        mask: Mask = ~self.rejected & ~self.holdout & (self.times == 0)
        return mask


def row_hashes(table: pa.Table, first: int, key: tuple[str, ...], seed: int) -> Hashes:
    """Hash rows by key where one is named, by ordinal else.

    Args:
        table: Holds the key columns.
        first: Ordinal of the first row.
        key: Key columns, or none.
        seed: The run's seed.

    Returns:
        uint64 of shape (rows,).
    """
    if key:
        return hash_keys(table, key, seed)
    return hash_ordinals(first, table.num_rows, seed)


def route(table: pa.Table, first: int, plan: ResamplePlan) -> Routed:
    """Decide each row by itself, whatever batch it comes in.

    Args:
        table: Holds the target, the key columns, that of the split, and those that are
            to be finite.
        first: Ordinal of its first row.
        plan: The split, and the thresholds of each class.

    Returns:
        The fate of each row.
    """
    codes = encode(table.column(plan.target), [item.label for item in plan.classes])
    hashes = row_hashes(table, first, plan.key, plan.seed)
    sides = coordinates(table, hashes, plan.split, plan.seed)
    return decided(codes, hashes, plan.classes, sides)


def decided(
    codes: Codes,
    hashes: Hashes,
    classes: Sequence[ClassPlan],
    sides: Hashes | None = None,
) -> Routed:
    """Decide each row by its class, its hash and its side alone.

    Args:
        codes: Class of each row, -1 for none.
        hashes: Of the same rows.
        classes: The thresholds of each class, in the order of the codes.
        sides: Coordinates of the same rows, as of sides; not given, their hashes.

    Returns:
        The fate of each row.
    """
    sides = hashes if sides is None else sides
    places = codes.astype(np.intp)  # what numpy looks things up by
    holdout = _below(sides, places, [item.holdout_below for item in classes])
    kept = _below(hashes, places, [item.keep_below for item in classes])
    kept &= ~holdout
    return Routed(codes, holdout, _times(hashes, places, kept, classes), hashes)


def _times(
    hashes: Hashes,
    places: npt.NDArray[np.intp],
    kept: Mask,
    classes: Sequence[ClassPlan],
) -> Counts:
    times = kept.astype(np.int64)
    if any(item.duplicated for item in classes):
        copies = np.array([item.copies for item in classes], np.int64)[places]
        extra = _below(hashes, places, [item.extra_below for item in classes])
        times *= 1 + copies + extra
    return times


def _below(hashes: Hashes, places: npt.NDArray[np.intp], limits: list[int]) -> Mask:
    """Compare each hash with its class's limit; a limit of 2**64 lets all pass."""
    # The last entry is looked up by -1, the place of what belongs to no class.
    narrow = np.array([*(min(limit, EVERYTHING - 1) for limit in limits), 0], np.uint64)
    everything = np.array([*(limit >= EVERYTHING for limit in limits), False])
    passed: Mask = hashes < narrow[places]
    if everything.any():
        passed |= everything[places]
    return passed


def repeat(times: Counts) -> npt.NDArray[np.int64]:
    """Give the places of the training rows of a batch, copies next to each other."""
    return np.repeat(np.arange(len(times)), times)


def sampled_copies(
    sampling: Hashes, places: npt.NDArray[np.int64], threshold: int
) -> Mask:
    """Choose among repeated rows, each copy by itself.

    Args:
        sampling: Sampling hashes of the batch.
        places: Places of the written rows, as repeat gives them.
        threshold: In 0..2**64.

    Returns:
        One entry for each written row.
    """
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    lengths = np.diff(np.append(starts, len(places)))
    nth = np.arange(len(places)) - np.repeat(starts, lengths)
    return below(splitmix64(sampling[places] + nth.astype(np.uint64)), threshold)
