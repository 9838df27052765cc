"""What a split comes to, in words: for decisions, errors, evaluations and reports.

What it does is in sides; a stratified split is as usual, so nothing is said of it.
"""

from collections.abc import Sequence

from schemas.plan import ClassPlan
from schemas.splits import Split, SplitKind
from tasks.algorithms.captions import percent, quoted
from tasks.algorithms.notes import classes_named

_FAR = 0.5  # of the share that was asked for
_WHY_FAR = {
    SplitKind.GROUP: "groups are few or unequal, and another seed draws others",
    SplitKind.TIME: "many rows are of one moment",
}
_TOO_SMALL = "Too small for both sides, so all rows are trained on and none held out"
_UNJUDGED = "Nothing tells how well models predict classes with no row held out"
_WIDTH = 40  # cells of a label

_HELD = {
    SplitKind.GROUP: "rows of groups in column {column!r} that were drawn",
    SplitKind.TIME: "the newest rows by column {column!r}",
    SplitKind.COLUMN: "rows with {values} in column {column!r}",
}
_REMEDY = {
    SplitKind.GROUP: "draw others with another seed, or lower the holdout",
    SplitKind.TIME: "lower the holdout, or leave the class out (contract.allowed)",
    SplitKind.COLUMN: "hold other values out (split.values), or leave the class out "
    "(contract.allowed)",
}


def _told(split: Split) -> str:
    values = " or ".join(map(repr, split.values))
    return _HELD[split.kind].format(column=split.column, values=values)


def no_training(label: str, rows: int, split: Split) -> str:
    """Say that a class has no row left to train on, and what to do."""
    return (
        f"class {label!r} has no row to train on: its {rows:,} rows are all held out, "
        f"{_told(split)}; {_REMEDY[split.kind]}"
    )


def no_holdout(split: Split) -> str:
    """Say that no accepted row is held out, and what to do."""
    if split.kind is SplitKind.GROUP:
        return (
            f"no row is held out: of the groups in column {split.column!r} none was "
            "drawn; take another seed, or a larger holdout"
        )
    return (
        f"no row is held out: none of the {_told(split)} has a label that is accepted; "
        "hold other values out (split.values)"
    )


def split_notes(
    plans: Sequence[ClassPlan], split: Split, share: float, since: str | None = None
) -> tuple[str, ...]:
    """Say what is held out, where it is not as usual, and of which class nothing.

    Args:
        plans: The plan of each class.
        split: What was asked for.
        share: To be held out, as asked for; what a column says goes before it.
        since: The oldest moment that is held out, if the split is by time.

    Returns:
        Sentences, none if there is no exception.
    """
    absent = [plan for plan in plans if not plan.holdout]
    usual = split.kind is SplitKind.STRATIFIED
    said = _TOO_SMALL if usual else _UNJUDGED
    return (
        *([] if usual else [_shares(plans, split, since) + _far(plans, split, share)]),
        *([f"{said}: {classes_named(absent)}."] if absent else []),
    )


def _shares(plans: Sequence[ClassPlan], split: Split, since: str | None) -> str:
    held = sum(plan.holdout for plan in plans)
    rows = sum(plan.source for plan in plans)
    least, most = (of(plans, key=_share) for of in (min, max))
    from_when = "" if since is None else f", from {since} on"
    return (
        f"Held out are {_told(split)}{from_when}: {held:,} of {rows:,} rows "
        f"({percent(held / rows)}), of a class from {percent(_share(least))} "
        f"({_label(least)}) to {percent(_share(most))} ({_label(most)})."
    )


def _far(plans: Sequence[ClassPlan], split: Split, asked: float) -> str:
    """Say why much more or less is held out than was asked for."""
    found = sum(plan.holdout for plan in plans) / sum(plan.source for plan in plans)
    if split.kind not in _WHY_FAR or abs(found - asked) <= _FAR * asked:
        return ""
    return f" That is far from {percent(asked)}: {_WHY_FAR[split.kind]}."


def _share(plan: ClassPlan) -> float:
    return plan.holdout / plan.source


def _label(plan: ClassPlan) -> str:
    return quoted(plan.label, _WIDTH)


def interval_note(column: str, groups: int, fewest: int) -> str:
    """Say what the interval of a difference rests on.

    Args:
        column: That names the groups.
        groups: How many the holdout has.
        fewest: How many it takes.
    """
    if groups < fewest:
        return (
            f"The holdout has {groups} groups ({column!r}), too few to resample: the "
            "interval resamples rows, and is too narrow if rows of a group are alike."
        )
    return (
        f"The interval resamples the {groups:,} groups of the holdout ({column!r}), "
        "for rows of one group may be alike."
    )


def judged_on(split: Split) -> str:
    """Say what the holdout is like, as the end of a sentence."""
    return {
        SplitKind.STRATIFIED: "which has the priors of the source",
        SplitKind.GROUP: f"whose groups ({split.column!r}) are in no training row",
        SplitKind.TIME: f"which is newer ({split.column!r}) than all training rows",
        SplitKind.COLUMN: f"which are the rows that {split.column!r} says are",
    }[split.kind]
