"""How drift is told: in a sentence, in the line of a card, as rows of a table.

How it is measured is in drift.
"""

from collections.abc import Sequence

from schemas.records import Drift
from tasks.algorithms.captions import percent, shorten
from tasks.algorithms.tables import Row

_LABEL = 40  # cells of a label
_NAMED = 5  # classes in a sentence
_TINY = 0.001


def drift_line(drift: Drift | None) -> str:
    """Say whether the class priors moved, in the width of a card.

    Args:
        drift: None when there is no version to compare with.

    Returns:
        Some 40 characters, such as ``G-test p 0.420, w 0.03: did not move``.
    """
    if drift is None:
        return "No earlier version to compare with"
    return f"{_measured(drift)}: {_movement(drift)}"


def drift_sentence(drift: Drift) -> str:
    """Say whether the class priors moved, since when, how far, and most in which class.

    Args:
        drift: Since a version.

    Returns:
        Plain text.
    """
    rows = drift_rows(drift)
    most = ""
    if rows and drift.before != drift.after:
        first = rows[0]
        most = (
            f"; most in {first['Class']}: {first['Share then']} → {first['Share now']}"
        )
    said = f"Since version {drift.version} the class priors {_movement(drift)} "
    return f"{said}({_measured(drift)}{most}).{_came_and_went(drift)}"


def drift_rows(drift: Drift) -> list[Row]:
    """Compare the classes of the source then and now, the largest change first.

    Args:
        drift: Since a version.

    Returns:
        A row for each class that was or is there. Changes are in percentage points.
    """
    then, now = sum(drift.before.values()), sum(drift.after.values())
    labels = [
        *drift.before,
        *(label for label in drift.after if label not in drift.before),
    ]
    shares = {
        label: (
            drift.before.get(label, 0) / max(1, then),
            drift.after.get(label, 0) / max(1, now),
        )
        for label in labels
    }
    labels.sort(key=lambda label: -abs(shares[label][1] - shares[label][0]))
    return [
        {
            "Class": shorten(label, _LABEL),
            "Rows then": drift.before.get(label, 0),
            "Rows now": drift.after.get(label, 0),
            "Share then": percent(shares[label][0]),
            "Share now": percent(shares[label][1]),
            "Change, points": _change(label, drift, *shares[label]),
        }
        for label in labels
    ]


def _change(label: str, drift: Drift, before: float, after: float) -> str:
    if label in drift.appeared:
        return "new"
    if label in drift.vanished:
        return "gone"
    return f"{100 * (after - before) + 0:+.2f}"


def _measured(drift: Drift) -> str:
    p_value = "<0.001" if drift.p_value < _TINY else f"{drift.p_value:.3f}"
    return f"G-test p {p_value}, w {drift.effect:.2f}"


def _movement(drift: Drift) -> str:
    return "moved" if drift.moved else "did not move"


def _came_and_went(drift: Drift) -> str:
    told = {"New": drift.appeared, "Gone": drift.vanished}
    return "".join(
        f" {name}: {_names(labels)}." for name, labels in told.items() if labels
    )


def _names(labels: Sequence[str]) -> str:
    shown = ", ".join(shorten(label, _LABEL) for label in labels[:_NAMED])
    more = len(labels) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown
