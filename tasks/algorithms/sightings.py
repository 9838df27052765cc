"""What looks at sources found, in words and as a table. How it is found is watching's.

A note may hold labels and paths, which are data: it is kept to one bounded line.
"""

from collections import Counter
from collections.abc import Sequence

from schemas.manifest import Manifest
from schemas.records import Sighting
from schemas.survey import Survey
from tasks.algorithms.captions import shorten
from tasks.algorithms.drift_words import drift_line

NEWS = frozenset({"changed", "drifted", "unfit"})
_LABEL = 40  # cells of a label
_NOTE = 500  # cells of a note


def is_news(sighting: Sighting) -> bool:
    """Tell whether a sighting is to be announced: there is a change, told by none.

    A source that was not even found holds nothing to balance, and is no news.
    """
    return sighting.status in NEWS and sighting.files > 0


def sighting_line(sighting: Sighting) -> str:
    """Tell of a sighting on one line of a log."""
    rows = "" if sighting.rows is None else f", {sighting.rows:,} rows"
    found = f"{sighting.status}, {sighting.files:,} file(s){rows}"
    return (
        f"{shorten(sighting.dataset, _NOTE)}: {found}: {shorten(sighting.note, _NOTE)}"
    )


def sighting_table(sightings: Sequence[Sighting]) -> list[dict[str, object]]:
    """Lay out sightings for the Prefect UI, those that want attention first.

    Args:
        sightings: Any number.

    Returns:
        A row for each, of plain JSON values.
    """
    ordered = sorted(sightings, key=lambda one: (not is_news(one), one.dataset))
    return [
        {
            "Dataset": shorten(one.dataset, _LABEL),
            "Status": one.status,
            "Note": shorten(one.note, _NOTE),
            "Files": one.files,
            "Rows": one.rows,
            "Version": one.version,
            "Drift": one.drift and drift_line(one.drift),
        }
        for one in ordered
    ]


def summary_line(sightings: Sequence[Sighting]) -> str:
    """Count sightings by what they are, in the width of a card."""
    counts = Counter(one.status for one in sightings)
    return ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))


def change_sentence(head: Manifest, survey: Survey) -> str:
    """Say how the source differs in size from that of the published version."""
    then, now = head.source, survey
    return (
        f"The source has {now.rows:,} rows in {len(now.fragments):,} file(s); version "
        f"{head.version} was made of {then.rows:,} rows in {len(then.files):,} file(s)."
    )
