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


class Memorisation(Frozen):
    """How much the synthetic rows of a class are copies, and whether they stray.

    Distances are those of the search, over a sample of the rows.
    """

    label: str
    synthetic: Count
    """Synthetic rows that were looked at."""
    real: Count
    """Training rows of the class that they were compared with."""
    copies: Count
    """Synthetic rows whose features are those of a training row."""
    to_real: float
    """Median distance of a synthetic row to the closest training row of its class."""
    between_real: float
    """Median distance of a training row to the closest other of its class."""
    closer: float
    """Share of synthetic rows closer to a training row than between_real, ties counting
    half: .5 if they were like new rows, 1 if each is next to one that is there."""
    astray: float
    """Share of synthetic rows whose closest training row is of another class."""
    astray_real: float
    """The same of the training rows of the class, themselves left out."""


class OddNumbers(Frozen):
    """Numbers of a column that are odd to compute with; null is none of them."""

    column: str
    nan: Count = 0
    """Rows; of those that are not rejected, as below."""
    infinite: Count = 0
    infinite_rejected: Count = 0
    """Of the rows that are."""
    negative_zero: Count = 0


class Rarity(Frozen):
    """A class with so few holdout rows that no verdict on it is possible."""

    label: str
    rows: Count
    """In the holdout, as judged."""
    interval: tuple[float, float]
    """Wilson's, of a recall of one half measured on them."""
    needed: Count
    """Holdout rows that make it narrow enough."""
    source_rows: Count
    """How many more rows of the class the source needs for that; 0 if it has them, and
    evaluation.max_rows cut the holdout."""


class Findings(Frozen):
    """All that was found doubtful with the rows of a version."""

    overlap: Overlap
    """Of the holdout with the training set."""
    giveaways: tuple[Giveaway, ...]
    memorisation: tuple[Memorisation, ...]
    """Of each class with synthetic rows."""
    rarities: tuple[Rarity, ...]
    """The rarest class first."""
    idle: tuple[str, ...] = ()
    """Features that are the same in all training rows."""
