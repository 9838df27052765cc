"""Survey: footers, target contract, class counts, fingerprint.

Reads the target column alone, and columns whose values must be as asked for; which
strategy follows is planning's.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.errors import EvenkeelError
from schemas.survey import Column, Fragment, Rejection, Survey
from tasks.algorithms.bounds import Verdict, bounded, judge, rejected
from tasks.algorithms.captions import one_line
from tasks.algorithms.columns import assign
from tasks.algorithms.contract import Target, accept, check_discrete, check_type
from tasks.algorithms.counts import ClassCounts, count
from tasks.algorithms.oddities import to_be_finite
from tasks.algorithms.ordinal import check_known
from tasks.algorithms.patterns import spelled_out
from tasks.algorithms.rare_classes import check_into
from tasks.algorithms.row_weights import check_weights
from tasks.bounds_file import read_bounds
from tasks.credentials import with_credentials
from tasks.stage import stage
from tasks.storage.footers import read_fragments
from tasks.storage.location import find_parquet, locate
from tasks.storage.names import SUFFIXES
from tasks.storage.parquet import read_batches


@stage("survey")
def survey_source(config: BalanceConfig) -> Survey:
    """Learn what the source holds, and refuse what cannot be balanced.

    Args:
        config: Source, target, roles and contract.

    Returns:
        Files, columns, class counts and rejections.

    Raises:
        UserError: The source or its target column is unfit; the message says why.
    """
    fragments, schema = read_fragments(config.source)
    config = spelled_out(config, schema)
    bounds = read_bounds(config.features)
    columns = assign(schema, config, bounds)
    _check_values(columns, fragments, schema)
    finite = to_be_finite(config, columns)
    target, unfit = _target(config, fragments, schema, bounded(columns), finite)
    accepted = accept(target, config.contract, unfit)
    return Survey(
        name=dataset_name(config),
        source=config.source,
        fingerprint=fingerprint(fragments, bounds),
        fragments=fragments,
        rows=sum(fragment.rows for fragment in fragments),
        arrow_schema=schema.serialize().to_pybytes(),
        columns=columns,
        counts=accepted.classes,
        rejections=accepted.rejections,
        finite=finite,
        merger=accepted.merger,
    )


def _target(
    config: BalanceConfig,
    fragments: tuple[Fragment, ...],
    schema: pa.Schema,
    columns: Sequence[Column],
    finite: Sequence[str],
) -> tuple[Target, tuple[Rejection, ...]]:
    """Count the labels, giving up as soon as the column cannot hold classes.

    Those of rows with a wrong feature are counted apart, by reason.
    """
    kind = schema.field(config.target).type
    check_type(config.target, kind)
    check_into(config.target, kind, config.contract)
    target = Target(config.target, kind, ClassCounts())
    unfit: dict[str, ClassCounts] = {}
    names = [config.target, *(column.name for column in columns), *finite]
    for _, batch in read_batches(fragments, schema, list(dict.fromkeys(names))):
        labels = batch.column(0)
        if columns or finite:
            labels = _fit(labels, judge(batch, columns, finite), unfit)
        target = Target(config.target, kind, target.counts + count(labels))
        check_discrete(target, config.contract)
    return target, rejected(unfit)


def _fit(
    labels: pa.ChunkedArray, verdict: Verdict, unfit: dict[str, ClassCounts]
) -> pa.ChunkedArray:
    """Leave out the labels of rows that fail, and add them to what is counted apart."""
    for place in np.unique(verdict.first[verdict.unfit]):
        reason = verdict.reasons[place]
        failed = count(labels.filter(pa.array(verdict.first == place)))
        unfit[reason] = unfit.get(reason, ClassCounts()) + failed
    return labels.filter(pa.array(~verdict.unfit))


def _check_values(
    columns: tuple[Column, ...], fragments: tuple[Fragment, ...], schema: pa.Schema
) -> None:
    """Look at the columns whose roles their types alone do not answer for."""
    doubtful = [column for column in columns if column.role in {"ordinal", "weight"}]
    if not doubtful:
        return
    names = [column.name for column in doubtful]
    for first, batch in read_batches(fragments, schema, names):
        for column in doubtful:
            values = batch.column(column.name)
            if column.role == "ordinal":
                check_known(column, count(values).rows)
            else:
                check_weights(column.name, values, first)


def fingerprint(
    fragments: tuple[Fragment, ...], bounds: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Name the content of a source: sha256 over file names and hashes, and bounds."""
    digest = hashlib.sha256()
    for name, checks in sorted(bounds.items()):
        digest.update(f"{name}\0{checks}\n".encode())
    for fragment in fragments:
        digest.update(f"{fragment.name}\0{fragment.sha256}\n".encode())
    return digest.hexdigest()


@with_credentials
def dataset_name(config: BalanceConfig) -> str:
    """Give the name of the dataset: as configured, or a slug of the source's name.

    The file's own name gives the slug, or that of the folder that files are sought in;
    a Parquet suffix is left out, any other is not, for it tells ``v.1`` from ``v.2``.
    """
    if config.name:
        return config.name
    root, names = find_parquet(config.source)
    is_file = locate(config.source).path == f"{root.path}/{names[0]}"
    name = Path(config.source if is_file else root.path)
    stem = name.stem if name.suffix.lower() in SUFFIXES else name.name
    slug = re.sub(r"[^a-z0-9]+", "_", stem.lower())
    return slug.strip("_")[:64].strip("_") or "dataset"


def title(config: BalanceConfig) -> str:
    """Name a dataset for lists of runs; what is wrong with its source, a run says.

    Returns:
        The name of the dataset; where there is none to be had, the source, in one line.
    """
    try:
        return dataset_name(config)
    except EvenkeelError:
        return one_line(config.source)
