"""A sampler by name, run on rows in memory: which of them it keeps, and what it makes.

How rows become a matrix and back is in matrix, where its rows come from in origins,
and how it is set up in asked_sampler.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.errors import UserError
from schemas.plan import SamplerUse
from schemas.survey import Column
from tasks.algorithms.asked_sampler import CATEGORIES, CODED, by_code
from tasks.algorithms.coding import learn
from tasks.algorithms.distances import Floats, Positions
from tasks.algorithms.labels import Codes, encode
from tasks.algorithms.matrix import code_columns, read, written
from tasks.algorithms.origins import Result, origins
from tasks.algorithms.routing import Counts
from tasks.algorithms.row_weights import row_weights
from tasks.algorithms.samplers import accepted, make_sampler
from tasks.algorithms.steady import steady


class Task(NamedTuple):
    """What is to be done with training rows."""

    use: SamplerUse
    target: str
    labels: tuple[str, ...]
    """Of the classes that have rows; the code of a class is its place."""
    columns: tuple[Column, ...]
    """Roles of the columns of the rows."""
    seed: int
    """0 <= seed < 2**63; the library gets it modulo 2**32."""
    standardize: bool
    most: int | None = None
    """Numbers that a matrix may have; the budget if not given."""


class Resampled(NamedTuple):
    """What became of training rows."""

    times: Counts
    """How often each is kept; 0 where it is dropped."""
    made: pa.Table
    """Rows that are none of them, class by class, in the same schema."""
    codes: Codes
    """Class of each that was made."""
    parents: Positions
    """Row that each descends from; -1 where the sampler does not tell."""


def resample(rows: pa.Table, task: Task) -> Resampled:
    """Run a sampler.

    Args:
        rows: Training rows; each has one of the labels.
        task: Sampler, roles and seed.

    Returns:
        Rows kept and made; the same for the same rows and task on any engine.

    Raises:
        UserError: The sampler cannot work on these rows, they are too many, or a class
            would be left without any.
    """
    name, labels = task.use.name, task.labels
    codes = encode(rows.column(task.target), labels)
    coded = bool({CATEGORIES, CODED} & set(accepted(name)))
    # Levels as numbers: a scale would only make other numbers of them.
    nominal = coded and CATEGORIES not in accepted(name)
    coding = learn(
        rows.combine_chunks(),
        task.columns,
        standardize=task.standardize and not nominal,
        coded=coded,
        most=task.most,
    )
    params = by_code(task.use, labels, code_columns(coding))
    sampler = make_sampler(name, seed=task.seed % 2**32, **params)
    before = written(coding), codes
    after = _run(sampler, *before, name)
    found = origins(Result(sampler, *before, *after))
    _check_classes(after[1], task)
    new = found.rows < 0
    order = np.flatnonzero(new)[np.argsort(after[1][new], kind="stable")]
    made_codes, parents = after[1][order].astype(np.int32), found.parents[order]
    typical = _typical(rows, codes, task)[made_codes]
    return Resampled(
        times=np.bincount(found.rows[~new], minlength=len(codes)),
        made=read(coding, after[0][order], np.where(parents < 0, typical, parents)),
        codes=made_codes,
        parents=parents,
    )


def _typical(rows: pa.Table, codes: Codes, task: Task) -> Positions:
    """Give a row of each class: the one of its median weight, if rows have weights."""
    weights = row_weights(rows, task.columns)
    if weights is None:
        return np.unique(codes, return_index=True)[1]
    mine = (np.flatnonzero(codes == code) for code in range(len(task.labels)))
    middles = [
        own[np.argsort(weights[own], kind="stable")[len(own) // 2]] for own in mine
    ]
    return np.array(middles, np.intp)


def _run(
    sampler: Any,  # noqa: ANN401 - imblearn ships no types
    matrix: Floats,
    codes: Codes,
    name: str,
) -> tuple[Floats, npt.NDArray[np.intp]]:
    try:
        with steady():
            features, target = sampler.fit_resample(matrix, codes)
    except (TimeoutError, MemoryError):  # the run's, whoever it interrupts
        raise
    # What a library says of rows or parameters it cannot work with is of any kind.
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise UserError(
            f"{name} cannot work on these {len(codes):,} training rows, of "
            f"{_classes(codes)}: {said}. Give it fewer neighbours (--k-neighbors) "
            "where a class is small, or other strategy.params; or use smote, which "
            "makes do with the neighbours there are, or random_over"
        ) from error
    return np.asarray(features, np.float64), np.asarray(target)


def _classes(codes: Codes) -> str:
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    return f"{len(counts)} classes, the smallest of {counts.min():,}"


def _check_classes(codes: npt.NDArray[np.intp], task: Task) -> None:
    left = np.bincount(codes, minlength=len(task.labels))
    gone = [label for label, n in zip(task.labels, left, strict=True) if not n]
    if gone:
        raise UserError(
            f"{task.use.name} leaves no row of class {gone[0]!r}, which it takes for "
            "noise; limit it to other classes (strategy.params.sampling_strategy), or "
            "use random_under or smote_under"
        )
