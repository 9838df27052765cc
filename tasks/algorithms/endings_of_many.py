"""How the runs of several datasets ended, in words and as a table.

How one ended is told in endings.
"""

from collections import Counter
from collections.abc import Sequence

from schemas.batch import Ended
from schemas.errors import EvenkeelError, UserError
from schemas.records import Outcome
from tasks.algorithms.captions import one_line, shorten

_NAME = 40  # cells of a name
_ERROR = 500  # cells of an error
_LISTED = 10  # names of those that failed


def ended_well(dataset: str, source: str, outcome: Outcome) -> Ended:
    """Sum up a run that came to an outcome.

    Args:
        dataset: Its name.
        source: As configured.
        outcome: Of the run.

    Returns:
        Verdict and rows of the version that the run made or found; of a version held
        back too, beside the number of the one that stays published.
    """
    manifest = outcome.manifest
    held_back = outcome.status == "held back"
    return Ended(
        dataset=dataset,
        source=source,
        status=outcome.status,
        verdict=manifest.verdict,
        rows=manifest.source.rows,
        train_rows=sum(item.train for item in manifest.classes),
        version=manifest.parent if held_back else manifest.version,
    )


def ended_badly(dataset: str, source: str, error: Exception) -> Ended:
    """Sum up a run that failed.

    Args:
        dataset: Its name.
        source: As configured.
        error: Why; the name of its class is told where it is none of the project's.

    Returns:
        The reason in one line.
    """
    ours = isinstance(error, EvenkeelError)
    said = str(error) if ours else f"{type(error).__name__}: {error}"
    return Ended(
        dataset=dataset,
        source=source,
        status="failed",
        error=one_line(said),
        mendable=isinstance(error, UserError),
    )


def failed(ended: Sequence[Ended]) -> list[Ended]:
    """Choose those that failed."""
    return [one for one in ended if one.status == "failed"]


def failure_line(ended: Sequence[Ended]) -> str:
    """Say how many failed, and which.

    Args:
        ended: Of all; one or more failed.

    >>> bad = Ended(dataset="glass", source="glass.parquet", status="failed", error="")
    >>> failure_line([bad])
    '1 of 1 datasets failed: glass'
    """
    names = [shorten(one.dataset, _NAME) for one in failed(ended)]
    shown = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
    return f"{len(names)} of {len(ended)} datasets failed: {shown}"


def count_line(ended: Sequence[Ended]) -> str:
    """Count runs by how they ended, in the width of a card; failures first."""
    counts = Counter(one.status for one in ended)
    order = sorted(counts, key=lambda status: (status != "failed", status))
    return ", ".join(f"{counts[status]} {status}" for status in order)


def ended_rows(ended: Sequence[Ended]) -> list[dict[str, object]]:
    """Lay out how each ended, those that failed first.

    Args:
        ended: Of all.

    Returns:
        A row for each, of plain JSON values, in the order given but for failures.
    """
    return [
        {
            "Dataset": shorten(one.dataset, _NAME),
            "Status": one.status,
            "Verdict": one.verdict and str(one.verdict),
            "Rows": one.rows,
            "Train": one.train_rows,
            "Version": one.version,
            "Error": one.error and shorten(one.error, _ERROR),
        }
        for one in sorted(ended, key=lambda one: one.status != "failed")
    ]
