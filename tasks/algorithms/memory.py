"""How much memory a run takes at most, estimated from survey and plan.

What the machine has is read in storage.memory. The constants were fitted to peaks of
whole runs on two threads.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from schemas.config import BalanceConfig
from schemas.plan import ClassPlan
from schemas.survey import Survey
from tasks.algorithms.breadth import is_judged
from tasks.algorithms.columns import categorical, numeric
from tasks.algorithms.encoding import width
from tasks.algorithms.search_space import BUDGET, held_bytes

_MB = 10**6
_PROGRAM = 250 * _MB  # Python with Prefect, pandas and pyarrow imported
_LEARNING = 100 * _MB  # scikit-learn, and faiss or oneDAL
_BATCH = 8 * _MB  # or 1,000 rows, if that is more
_BATCHES = 5  # read, routed, waiting for a row group's end, and written
_COLUMN = _MB // 4  # a page of each column, compressed and not
_GATHERED = 128 * _MB  # columns of donors, decoded and put together
_DONOR = 50  # of each: its hash and place in an order, and its code
_SINGLE = (
    6  # of each number of a donor: in single precision, where codes do not suffice
)
_NEIGHBOUR = 16  # of each neighbour: found, and found again by rare levels
_VOTE = 1  # of each neighbour and categorical column
_ARRAYS, _PLACED = 24, 16  # of each number in memory; where levels are coordinates
_FRAME = 32  # of each feature of a sampled row: as a frame, and as two matrices
_NODE = 5  # of each tree, for each row it is trained on and each class
_KEY = 9  # of each row: its hash, and whether the next is the same
_ROWS, _MATRICES = 3, 6  # a sampler's rows, and the matrices it makes of them
_ORDINAL = 24  # of each of its rows: place in the source, class, how often it is kept
_CATALOGUE = 60 * _MB  # imbalanced-learn
_LINEAGE = 200 * _MB  # a part's lineage, read back beside what is expected


class Item(NamedTuple):
    """What memory is needed for."""

    bytes: int
    purpose: str
    remedy: str
    """How to need less of it."""


def estimate(  # noqa: PLR0913 - all that decides it
    config: BalanceConfig,
    survey: Survey,
    classes: Sequence[ClassPlan],
    row_bytes: int,
    threads: int,
    *,
    sampler: bool = False,
) -> tuple[Item, Item]:
    """Estimate the memory of a run when it takes the most.

    Rows of a class that gets no synthetic ones are streamed: they cost 9 bytes each
    if there is a key, and else one at most.

    Args:
        config: Key and evaluation.
        survey: Rows and columns.
        classes: Rows of each class, as planned; thresholds do not matter.
        row_bytes: Of one source row in memory.
        threads: Shards that are worked on at once.
        sampler: Whether a sampler by name is run.

    Returns:
        The program itself, and what takes the most beside it.
    """
    made = [item for item in classes if item.synthetic]
    evaluated = is_judged(config, len(classes))
    program = _PROGRAM + (_LEARNING if made or evaluated or sampler else 0)
    streamed = _streamed(survey, row_bytes, threads)
    stages = [streamed]
    if config.key:
        stages.append(_keys(survey))
    if sampler:
        program += _CATALOGUE
        stages.append(_sampled(survey, classes, row_bytes))
    if made:
        stages.append(_donors(made, survey, row_bytes, threads, streamed.bytes))
    if evaluated:
        stages.append(_evaluation(config, survey, classes, row_bytes))
    itself = Item(program, "the program itself", "use a larger machine")
    return itself, max(stages)


def estimate_comparison(
    config: BalanceConfig,
    survey: Survey,
    rows: Mapping[str, int],
    row_bytes: int,
    threads: int,
) -> tuple[Item, Item]:
    """Estimate the memory of a tournament when it takes the most.

    Args:
        config: Learners, and trees of a forest.
        survey: The columns.
        rows: Of each class, compared on.
        row_bytes: Of one source row in memory.
        threads: Matches that are played at once.

    Returns:
        The program itself, and what takes the most beside it.
    """
    played = len(rows) * max(rows.values())  # once every class is as large
    asked = config.evaluation
    numbers = width(survey.columns, config.tournament.learners, asked.encoding)
    each = row_bytes + _FRAME * numbers + asked.trees * _NODE
    return Item(
        _PROGRAM + _LEARNING, "the program itself", "use a larger machine"
    ), Item(
        threads * played * each,
        f"{threads} matches at once, of up to {played:,} rows once classes are evened",
        "lower tournament.max_rows or evaluation.trees",
    )


def _streamed(survey: Survey, row_bytes: int, threads: int) -> Item:
    batch = max(_BATCH, 1_000 * row_bytes)
    held = _BATCHES * batch + _COLUMN * len(survey.columns)
    return Item(
        threads * held,
        f"streaming rows of {len(survey.columns):,} columns on {threads} threads",
        "leave columns out of the source",
    )


def _keys(survey: Survey) -> Item:
    return Item(
        _KEY * survey.rows,
        f"finding out whether the key names each of {survey.rows:,} rows",
        "do without a key",
    )


def _sampled(survey: Survey, classes: Sequence[ClassPlan], row_bytes: int) -> Item:
    """Categories are reckoned with two levels: how many there are is not known yet."""
    rows = sum(item.kept for item in classes)
    width = len(numeric(survey.columns)) + 2 * len(categorical(survey.columns))
    return Item(
        rows * (_ROWS * row_bytes + _MATRICES * 8 * width + _ORDINAL),
        f"a sampler that works in memory, on {rows:,} training rows",
        "use smote, smote_under, random_over or random_under, which stream",
    )


def numbers_within(bytes_there: int) -> int:
    """Tell how many numbers a sampler's matrix may have, by what memory there is.

    Args:
        bytes_there: Of memory, for all of the program.

    Returns:
        0 or more.
    """
    left = bytes_there - _PROGRAM - _LEARNING - _CATALOGUE
    return max(0, left) // (8 * _MATRICES)


def _donors(
    made: Sequence[ClassPlan],
    survey: Survey,
    row_bytes: int,
    threads: int,
    streamed: int,
) -> Item:
    """Classes are searched side by side; rows are then made from what is mapped."""
    sizes = sorted(((item.kept, item.k_neighbors) for item in made), reverse=True)
    searched = sum(_searched(survey, *size, row_bytes) for size in sizes[:threads])
    verified = survey.rows + _LINEAGE
    return Item(
        max(searched, streamed, verified),
        f"{sum(size for size, _ in sizes):,} rows of {len(sizes)} class(es) that get "
        "synthetic rows, and their neighbours",
        "use strategy smote_under, which makes rows for fewer classes, or random_over, "
        "which needs no neighbours; or leave columns out of the source",
    )


def _searched(survey: Survey, rows: int, k: int, row_bytes: int) -> int:
    """Beyond the budget arrays lie in files, whose pages the kernel takes back."""
    levels = len(categorical(survey.columns))
    numbers = len(numeric(survey.columns)) + levels
    arrays = (_ARRAYS + (_PLACED if levels else 0)) * numbers
    arrays += (_NEIGHBOUR + _VOTE * levels) * k
    inside = min(rows * arrays, BUDGET * arrays // held_bytes(numbers, k))
    outside = rows * (_DONOR + _SINGLE * numbers)
    return min(2 * rows * row_bytes, _GATHERED) + outside + inside


def _evaluation(
    config: BalanceConfig,
    survey: Survey,
    classes: Sequence[ClassPlan],
    row_bytes: int,
) -> Item:
    asked = config.evaluation
    most = asked.max_rows
    asis = min(most, sum(item.kept + item.dropped for item in classes))
    balanced = min(most, sum(item.train for item in classes))
    holdout = min(most, sum(item.holdout for item in classes))
    numbers = width(survey.columns, [asked.evaluator], asked.encoding)
    sampled = (asis + balanced + holdout) * (row_bytes + _FRAME * numbers)
    nodes = asked.trees * max(asis, balanced)
    trained = nodes * _NODE * len(classes)
    return Item(
        sampled + trained,
        f"training on {max(asis, balanced):,} rows and judging on {holdout:,}",
        "lower evaluation.max_rows or evaluation.trees, or set evaluation.evaluator to "
        "none",
    )
