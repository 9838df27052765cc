"""What may leak, in words: for the sentinel, the report and the console.

How it is found is in overlap and giveaways.
"""

from collections.abc import Sequence

from schemas.findings import Giveaway, Overlap
from tasks.algorithms.captions import quoted, shorten

_SHOWN = 5
_WIDTH = 40  # cells of a label or a column's name
_COARSE = 0.5  # of the rows: with fewer different ones repeats are chance
_FEW = 0.01  # of the rows: fewer that repeat move no score much


def suspects(
    overlap: Overlap, giveaways: Sequence[Giveaway], *, folds: bool
) -> tuple[str, ...]:
    """Say what may leak in the data.

    Args:
        overlap: Rows on both sides.
        giveaways: Columns that predict the target alone.
        folds: Whether the sides are folds, not train and holdout.

    Returns:
        Sentences, none if nothing was found.
    """
    named = tuple(_giveaway(one) for one in giveaways[:_SHOWN])
    more = len(giveaways) - _SHOWN
    rest = (f"So do {more:,} more columns.",) if more > 0 else ()
    return (*filter(None, [_overlap(overlap, folds=folds)]), *named, *rest)


def _overlap(found: Overlap, *, folds: bool) -> str:
    if not found.repeated:
        return ""
    rows, where = ("rows", "another fold") if folds else ("holdout rows", "train")
    least = "At least " if found.sampled else ""
    sentence = (
        f"{least}{found.repeated:,} of {found.rows:,} {rows} also occur in {where}, "
        f"{found.same_label:,} of them with the same label"
    )
    if found.distinct < _COARSE * found.others:
        return (
            f"{sentence}; features take only {found.distinct:,} different values in "
            f"{found.others:,} rows, so that is to be expected."
        )
    if not found.same_label:
        return f"{sentence}: a model that remembers them is wrong."
    if found.repeated < _FEW * found.rows:
        return f"{sentence}; too few to matter much."
    return (
        f"{sentence}: scores on those measure memory. Remove duplicates from the "
        "source, unless what comes later will repeat as well."
    )


def _giveaway(found: Giveaway) -> str:
    column = quoted(found.column, _WIDTH)
    told = (
        "the target" if found.label is None else f"class {shorten(found.label, _WIDTH)}"
    )
    return (
        f"Column {column} alone predicts {told} (balanced accuracy "
        f"{found.score:.3f}, {found.rows:,} rows of the smaller class): a copy of it, "
        "or known only afterwards? Leave it out with --ignore."
    )
