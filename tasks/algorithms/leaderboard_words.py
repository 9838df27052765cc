"""What a leaderboard says beside its recommendation, whose words are in advice."""

from schemas.contest import Approach
from schemas.tournament import Leaderboard, Sentinel
from tasks.algorithms.captions import shorten
from tasks.algorithms.contenders import none_of, treatment
from tasks.algorithms.rarity import needed

_LABEL = 40  # cells of a label
_SHOWN = 5  # labels


def card(board: Leaderboard) -> str:
    """Say what to do about imbalance, in the width of a card of the UI.

    Args:
        board: What was compared.

    Returns:
        Such as ``threshold 0.17: 0.710 → 0.785``, in the primary metric.
    """
    chosen, tuned = board.recommendation.candidate, board.recommendation.threshold
    if chosen.approach is Approach.NONE:
        return "Do not balance"
    found = {one.candidate: one.estimates[board.metric] for one in board.standings}
    before, after = (found[one].mean for one in (none_of(chosen), chosen))
    name = treatment(chosen) if tuned is None else f"threshold {tuned:.2f}"
    return f"{name}: {before:.3f} → {after:.3f}"


def compared(board: Leaderboard) -> str:
    """Say on how many rows."""
    sample = "a seeded sample of " if board.capped else ""
    classes = f"{len(board.classes):,} classes"
    few = board.classes[board.minority]
    return f"{sample}{board.rows:,} in {classes}, the rarest of which has {few:,}"


def alarm(board: Leaderboard) -> str:
    """Say that the scores cannot be trusted.

    Returns:
        Plain text; empty if labels that were shuffled could not be predicted, or nobody
        tried.
    """
    found = board.sentinel
    if found is None or found.passed:
        return ""
    return (
        "Do not trust these scores: labels shuffled at random were still "
        f"{_area(found)}."
    )


def checked(board: Leaderboard) -> str:
    """Say that shuffled labels could not be predicted; empty if they could."""
    found = board.sentinel
    if found is None:
        return "Whether labels leak was not checked: the sentinel was skipped."
    if not found.passed:
        return ""
    return (
        "The comparison leaks no label as far as can be seen: labels shuffled at "
        f"random were {_area(found)}, and guessing gets 0.5."
    )


def caveats(board: Leaderboard) -> tuple[str, ...]:
    """Say what the numbers cannot tell, before what was noted on the way.

    Returns:
        Sentences.
    """
    enough = needed(1 - board.level)
    counted = sorted(board.classes.items(), key=lambda item: item[1])
    few = [f"{shorten(name, _LABEL)} ({n:,})" for name, n in counted if n < enough]
    if not few:
        return board.notes
    more = f" and {len(few) - _SHOWN:,} more" if len(few) > _SHOWN else ""
    said = (
        f"Too rare to be judged by themselves, with fewer than {enough} rows in all "
        f"folds together: {', '.join(few[:_SHOWN])}{more}. Where classes count alike, "
        "differences rest on these few rows."
    )
    return (said, *board.notes)


def _area(found: Sentinel) -> str:
    low, high = found.roc_auc.interval
    return (
        f"predicted with a ROC-AUC of {found.roc_auc.mean:.3f} (95 % interval "
        f"{low:.3f} to {high:.3f})"
    )
