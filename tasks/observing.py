"""Compares the source of a dataset with what is published of it, as cheaply as it can.

Names, sizes and times come first, then footers, and rows only if those changed. No task
is here: what follows from what was seen is watching's business.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.manifest import Manifest
from schemas.records import Sighting
from schemas.survey import Survey
from tasks.algorithms.drift import drift
from tasks.algorithms.drift_words import drift_sentence
from tasks.algorithms.passport import accepted_rows
from tasks.algorithms.sightings import change_sentence, is_news
from tasks.storage.commits import read_head
from tasks.storage.footers import Footer, read_footers
from tasks.storage.listing import ListedFile, list_files
from tasks.storage.markers import (
    Marker,
    drop_marker,
    marker_path,
    read_marker,
    write_marker,
)
from tasks.storage.workspace import dataset_root
from tasks.survey import dataset_name, fingerprint, survey_source

_NS = 1_000_000_000
# A file may be rewritten after a run has read it and before its version is created.
# Runs take less than a day: only younger files need a second reading.
_LONGEST_RUN = 86_400

Status = Literal["unchanged", "waiting", "changed", "drifted", "unfit"]


def observe(config: BalanceConfig, now: float) -> tuple[Sighting, Marker | None]:
    """Compare a source with the published version, reading as little as will do.

    Args:
        config: Of the dataset.
        now: Seconds since the epoch.

    Returns:
        What was found, and the marker by which to remember it; None if it is
        remembered already, or the source is to be looked at again.

    Raises:
        UserError: The source is not found, or the output cannot be read.
        TransientError: The storage failed.
        VerificationError: The published manifest is damaged.
    """
    name = dataset_name(config)
    root = dataset_root(config.output, name)
    head, files = read_head(root), list_files(config.source)
    blank = Sighting(
        dataset=name,
        source=config.source,
        status="waiting",
        note="Files changed while they were read.",
        version=head.version if head else None,
        files=len(files),
    )
    if note := _unsettled(files, config.watch.settle_seconds, now):
        return _with(blank, "waiting", note), None
    marker = marker_path(root, _key(config, head, files))
    if known := _remembered(marker):
        return known, None
    found = _compare(config, head, files, blank)
    if list_files(config.source) != files:
        return blank, None
    return found, None if found.status == "waiting" else marker


def remember(marker: Marker, found: Sighting) -> None:
    """Leave a marker: the same files are then neither read nor announced again.

    Args:
        marker: As observe gave it.
        found: As observe gave it; announced already, if it is news.

    Raises:
        UserError: The output cannot be written to.
        TransientError: The storage failed.
    """
    if is_news(found):
        note = f"Announced before: {found.note}"
        found = found.model_copy(update={"status": "told", "note": note})
    write_marker(marker, found.model_dump_json(exclude={"drift"}).encode())


def _remembered(marker: Marker) -> Sighting | None:
    content = read_marker(marker)
    if content is None:
        return None
    try:
        return Sighting.model_validate_json(content)
    except ValidationError:  # of another release, or written to by someone else
        drop_marker(marker)
        return None


def _key(
    config: BalanceConfig, head: Manifest | None, files: Sequence[ListedFile]
) -> str:
    """Name what was looked at, for which request, and against which version.

    Files that went back to what they were before the last version are news again.
    """
    seen = [head and head.version, config.model_dump(mode="json"), files]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _unsettled(files: Sequence[ListedFile], settle: float, now: float) -> str:
    """Say which file is so young that it may still be written to; else nothing."""
    youngest = max(files, key=lambda file: file.modified_ns)
    age = now - youngest.modified_ns / _NS
    if age >= settle:
        return ""
    when = f"{age:,.0f} s ago" if age >= 0 else f"{-age:,.0f} s ahead of our clock"
    return f"{youngest.name!r} was written {when}, and files settle for {settle:g} s."


def _compare(
    config: BalanceConfig,
    head: Manifest | None,
    files: Sequence[ListedFile],
    blank: Sighting,
) -> Sighting:
    try:
        footers = read_footers(config.source)
    except UserError as error:
        return _with(blank, "waiting", str(error))
    rows = sum(sum(footer.row_groups) for footer in footers)
    counted = blank.model_copy(update={"rows": rows})
    if head and _same_footers(head, footers) and _older(files, head):
        note = f"Names, sizes and row groups are those of version {head.version}."
        return _with(counted, "unchanged", note)
    try:
        survey = survey_source.fn(config)
    except UserError as error:
        return _with(counted, "unfit", str(error))
    return _judge(config, head, survey, counted)


def _same_footers(head: Manifest, footers: Sequence[Footer]) -> bool:
    return [(now.name, now.bytes, now.row_groups) for now in footers] == [
        (then.name, then.bytes, then.row_groups) for then in head.source.files
    ]


def _older(files: Sequence[ListedFile], head: Manifest) -> bool:
    """Tell whether no file can have changed since the version's run read it."""
    created = datetime.fromisoformat(head.created).timestamp()
    return all(file.modified_ns < (created - _LONGEST_RUN) * _NS for file in files)


def _judge(
    config: BalanceConfig, head: Manifest | None, survey: Survey, counted: Sighting
) -> Sighting:
    found = counted.model_copy(update={"fingerprint": survey.fingerprint})
    if head is None:
        return _with(found, "changed", "Nothing is published yet.")
    if fingerprint(survey.fragments) == fingerprint(head.source.files):
        note = f"Read again, its content is that of version {head.version}."
        return _with(found, "unchanged", note)
    if head.target != config.target:  # priors of other classes tell nothing
        return _with(found, "changed", change_sentence(head, survey))
    moved = drift(accepted_rows(head), survey.counts, head.version, config.watch)
    note = f"{change_sentence(head, survey)} {drift_sentence(moved)}"
    found = found.model_copy(update={"drift": moved})
    return _with(found, "drifted" if moved.moved else "changed", note)


def _with(sighting: Sighting, status: Status, note: str) -> Sighting:
    return sighting.model_copy(update={"status": status, "note": note})
