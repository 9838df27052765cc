"""What a sampler came to: exact counts for a plan, and what can be told of its rows.

How it is run is in resampled.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from schemas.plan import ClassPlan, SamplerUse
from tasks.algorithms.labels import Codes

if TYPE_CHECKING:
    from tasks.algorithms.resampled import Resampled


class Told(NamedTuple):
    """A sampler that has run."""

    use: SamplerUse
    notes: tuple[str, ...]
    """Sentences, for people."""


def settle(
    classes: Sequence[ClassPlan], codes: Codes, found: "Resampled"
) -> tuple[ClassPlan, ...]:
    """Fill in how many rows of each class are kept, dropped, repeated and made.

    Args:
        classes: Each with its holdout.
        codes: Class of each training row.
        found: What became of these rows.

    Returns:
        The same classes; source = holdout + kept + dropped and train = kept +
        duplicated + synthetic.
    """
    size = len(classes)
    rows = np.bincount(codes, minlength=size)
    kept = np.bincount(codes[found.times > 0], minlength=size)
    written = np.bincount(codes, found.times, minlength=size).astype(np.int64)
    made = np.bincount(found.codes, minlength=size)
    return tuple(
        item.model_copy(
            update={
                "kept": int(kept[code]),
                "dropped": int(rows[code] - kept[code]),
                "duplicated": int(written[code] - kept[code]),
                "synthetic": int(made[code]),
                "train": int(written[code] + made[code]),
            }
        )
        for code, item in enumerate(classes)
    )


def told(use: SamplerUse, found: "Resampled") -> Told:
    """Say what a sampler did, and whether it can be traced.

    Args:
        use: The sampler.
        found: What became of the training rows.

    Returns:
        The sampler with whether it is traceable, and a sentence.
    """
    orphans = int((found.parents < 0).sum())
    kept, made = int((found.times > 0).sum()), len(found.codes)
    repeated = int(found.times.sum()) - kept
    did = [f"kept {kept:,} of {len(found.times):,} training rows"]
    did += [f"repeated them {repeated:,} times"] if repeated else []
    did += [f"made {made:,}"] if made else []
    if orphans:
        can = (
            f"the parents of {orphans:,} rows are not traceable, for the sampler does "
            "not tell them"
        )
    else:
        can = "each is traceable to a row of the source"
    note = f"{use.name} {' and '.join(did)}; {can}."
    return Told(use.model_copy(update={"traceable": not orphans}), (note,))


def concatenated(rows: pa.Table, found: "Resampled") -> pa.Table:
    """Put kept and made rows together, kept ones first, repeated ones side by side."""
    kept = np.repeat(np.arange(rows.num_rows), found.times)
    return pa.concat_tables([rows.take(pa.array(kept)), found.made])
