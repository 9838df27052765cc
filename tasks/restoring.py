"""Restoring: an old version is published again, and the rest of the world is told.

How that is done without rewriting the log is in storage.restoring.
"""

import logging
import secrets
from datetime import UTC, datetime

from schemas.errors import UserError, VerificationError
from schemas.manifest import Manifest
from schemas.records import Outcome
from tasks.environment import api_is_configured
from tasks.recounting import check_bytes
from tasks.storage.commits import numbers, point_to_head, read_version
from tasks.storage.restoring import restore

logger = logging.getLogger(__name__)


def roll_back(root: str, number: int) -> tuple[Manifest, bool]:
    """Publish an old version again, under the next number.

    With a Prefect API configured, ``evenkeel.dataset.balanced`` is emitted, as of any
    new version; ``restores`` in its payload says which one it restores.

    Args:
        root: OUTPUT/NAME as a path or URI, where something is published.
        number: The version whose files are wanted.

    Returns:
        The published version, and whether it is new: not if its files were published
        already.

    Raises:
        UserError: There is no such version, or the place cannot be written to.
        VerificationError: Its files are not what they were, or are being removed.
        TransientError: The storage failed.
    """
    old = read_version(root, number_of(root, number))
    checked = check_bytes(root, old.files)
    if not checked.success:
        raise VerificationError(
            f"version {number} is not what it was, so it is not restored: "
            f"{checked.note}; choose another with 'evenkeel versions'"
        )
    created = datetime.now(UTC).isoformat(timespec="seconds")
    manifest, is_new = restore(root, old, created, secrets.token_hex(6))
    if not is_new:  # who made it new may have been killed before it was pointed to
        point_to_head(root)
    elif api_is_configured():
        _announce(manifest, root)
    return manifest, is_new


def number_of(root: str, asked: int | None) -> int:
    """Find the version that a user means.

    Args:
        root: OUTPUT/NAME as a path or URI, where something is published.
        asked: Its number; None for the published one.

    Raises:
        UserError: There is no such version.
    """
    log = numbers(root)
    if asked is None:
        return log[-1]
    if asked not in log:
        there = ", ".join(map(str, log[-10:]))
        raise UserError(
            f"there is no version {asked} at {root}; the newest are {there} "
            "('evenkeel versions' lists all)"
        )
    return asked


def _announce(manifest: Manifest, root: str) -> None:
    """Tell consumers; the version stands whether they hear of it or not."""
    from tasks.events import emit, payload  # noqa: PLC0415 - they import Prefect
    from tasks.receipts import PATIENCE, are_recorded  # noqa: PLC0415

    outcome = Outcome(status="published", root=root, manifest=manifest)
    event = emit("evenkeel.dataset.balanced", manifest.dataset, payload(outcome))
    if not are_recorded([event], PATIENCE):
        logger.warning(
            "version %d is published, but the Prefect API did not take its event: who "
            "follows evenkeel.dataset.balanced has to be told",
            manifest.version,
        )
