"""Unbalancing: probabilities learnt on a balanced set → those under the real priors.

The formula is in algorithms.calibration; what a table must be, in predictions.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.errors import UserError
from schemas.manifest import Manifest, ManifestClass
from schemas.records import CorrectedClass, Unbalanced
from schemas.survey import Fragment
from tasks.algorithms.calibration import correct_priors
from tasks.algorithms.predictions import (
    class_columns,
    corrected_schema,
    read_probabilities,
    with_probabilities,
)
from tasks.manifests import manifest_at
from tasks.storage.footers import read_fragments
from tasks.storage.location import check_apart, locate
from tasks.storage.parquet import read_batches
from tasks.storage.tables import new_table

Floats = npt.NDArray[np.float64]


def unbalance(
    manifest: str,
    probabilities: str,
    out: str,
    *,
    weighted: bool = True,
    anyway: bool = False,
) -> Unbalanced:
    """Correct a table of probabilities, batch by batch.

    Args:
        manifest: Of the version that the model was trained on, as manifests.manifest_at
            takes it.
        probabilities: A Parquet file, a folder or a glob. Each class has a column, as
            predictions.class_columns says; the other columns are carried along.
        out: The file to write, a path or URI; nothing may be there.
        weighted: The model was trained with the weights, if the version has any.
        anyway: Use the formula even if the manifest says that it is not safe.

    Returns:
        What was done, with the mean probability of each class before and after.

    Raises:
        UserError: The formula is not safe, the table does not hold the probabilities of
            the classes, or a place may not be read or written.
        VerificationError: The manifest was changed after it was written.
        TransientError: The storage failed; nothing was written.
    """
    passport = manifest_at(manifest)
    if not (passport.probability_correction.safe or anyway):
        raise _unsafe(passport)
    classes = [item for item in passport.classes if item.train]
    others = [item.label for item in passport.classes if not item.train]
    fragments, schema = read_fragments(probabilities)
    _check_apart(probabilities, out, fragments)
    labels = [item.label for item in classes]
    columns = class_columns(schema, labels, others, probabilities)
    priors = _priors(classes, weighted=weighted)
    learnt_sum = corrected_sum = np.zeros(len(columns))
    with new_table(out, corrected_schema(schema, columns)) as writer:
        for fragment, first, table in _batches(fragments, schema):
            learnt = read_probabilities(table, columns, fragment.name, first)
            corrected = correct_priors(learnt, *priors)
            writer.write(with_probabilities(table, columns, corrected))
            learnt_sum = learnt_sum + learnt.sum(axis=0)
            corrected_sum = corrected_sum + corrected.sum(axis=0)
    rows, told = writer.rows, passport.probability_correction
    return Unbalanced(
        dataset=passport.dataset,
        version=passport.version,
        out=locate(out).path,
        rows=rows,
        classes=_told(labels, *priors, learnt_sum / rows, corrected_sum / rows),
        safe=told.safe,
        note=told.note,
    )


def _unsafe(passport: Manifest) -> UserError:
    return UserError(
        f"version {passport.version} of {passport.dataset!r} was balanced by "
        f"{passport.decision.strategy}, after which the formula is not safe: "
        f"{passport.probability_correction.note} To use it all the same: --anyway"
    )


def _check_apart(source: str, out: str, fragments: Sequence[Fragment]) -> None:
    check_apart(source, out)
    if locate(out).path in {fragment.path for fragment in fragments}:
        raise UserError(
            f"{out!r} is where the probabilities are read from; write to another place"
        )


def _batches(
    fragments: Sequence[Fragment], schema: pa.Schema
) -> Iterator[tuple[Fragment, int, pa.Table]]:
    """Stream rows, each batch with its file and its first row's place in that."""
    for fragment in fragments:
        for first, table in read_batches([fragment], schema):
            yield fragment, first - fragment.first, table


def _priors(
    classes: Sequence[ManifestClass], *, weighted: bool
) -> tuple[Floats, Floats]:
    """Give the priors that the model learnt, and those that are real."""
    rows = np.array([item.train for item in classes])
    learnt = [item.prior_after for item in classes] if weighted else rows / rows.sum()
    return np.asarray(learnt), np.array([item.prior_before for item in classes])


def _told(labels: Sequence[str], *columns: Floats) -> tuple[CorrectedClass, ...]:
    fields = ("prior_learnt", "prior_real", "mean_before", "mean_after")
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(
        CorrectedClass(label=label, **dict(zip(fields, row, strict=True)))
        for label, row in zip(labels, rows, strict=True)
    )
