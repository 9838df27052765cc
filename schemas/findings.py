"""What is found wrong, or doubtful, with rows: leaks, copies, too few of them.

They warn. Rows are never changed or refused for them.
"""

from typing import Annotated

from pydantic import Field

from schemas.base import Frozen

Count = Annotated[int, Field(ge=0)]


class Overlap(Frozen):
    """Rows whose features, as a model reads them, occur on another side as well."""

    rows: Count
    """Rows that were looked up: of the holdout, or of all folds."""
    others: Count
    """Rows that they were looked up among: of the training set, or of all folds."""
    repeated: Count
    """Rows whose features occur on another side."""
    same_label: Count
    """Those of them that have the same label there too: a model knows the answer."""
    distinct: Count
    """Different rows of features among the others: few mean that repeats are chance."""
    sampled: bool = False
    """Whether there were more rows on either side, so that repeats were missed."""


class Giveaway(Frozen):
    """A column that predicts a class almost perfectly, all by itself."""

    column: str
    label: str | None
    """The class that it gives away; None if it gives away all of them."""
    score: float
    """Balanced accuracy on rows that the decision was not made from; 1 is certain."""
    rows: Count
    """Rows of that class, or of the smallest that was judged."""
