"""Synthetic rows that pass the feature schema: those that fail are drawn again.

How a row is drawn and made is in smote; how rows are held against the schema, in
bounds.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from schemas.errors import UserError
from tasks.algorithms import smote
from tasks.algorithms.bounds import bounded_in_made, judge

MOST = 0.5
"""Share of the synthetic rows of a class that may have to be drawn again."""
TRIES = 50
"""Times that a row is drawn again at most."""


class Made(NamedTuple):
    """Synthetic rows, and where they come from."""

    table: pa.Table
    drawn: smote.Drawn
    redrawn: int
    """Rows that were not fit as they were drawn first."""


def make(start: int, stop: int, model: smote.Model) -> Made:
    """Make synthetic rows start..stop - 1 of a class.

    A row that fails keeps its parent, and gets another neighbour and share, by a
    counter of its own: so it is the same row whatever others it is made with.

    Args:
        start: First row.
        stop: One past the last row.
        model: Of the class; its columns say what they must pass.

    Returns:
        The rows, all fit.

    Raises:
        UserError: A row failed each time.
    """
    drawn = smote.draw(start, stop, model)
    table = smote.derive(model, *drawn)
    columns = bounded_in_made(model.columns)
    if not columns:
        return Made(table, drawn, 0)
    verdict = judge(table, columns)
    wrong = np.flatnonzero(verdict.unfit)
    redrawn, attempt = len(wrong), 0
    while len(wrong):
        attempt += 1
        if attempt > TRIES:
            raise _hopeless(verdict.reasons[verdict.first.max()], len(wrong))
        again = smote.draw_again(start + wrong, attempt, model)
        for old, new in zip(drawn, again, strict=True):
            old[wrong] = new
        verdict = judge(smote.derive(model, *again), columns)
        wrong = wrong[verdict.unfit]
    return Made(smote.derive(model, *drawn) if redrawn else table, drawn, redrawn)


def _hopeless(reason: str, rows: int) -> UserError:
    return UserError(
        f"{rows:,} synthetic rows failed the feature schema {TRIES} times, the last "
        f"because {reason}; if its numbers name levels make it categorical, "
        "else loosen the schema, or use random_over"
    )
