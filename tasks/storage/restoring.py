"""An old version published again: a new manifest that lists the files of the old one.

The log is never rewritten, so a rollback is a version like any other, and can be rolled
back. Why its files stay while that happens is said in pins.
"""

import logging
from collections.abc import Iterator

from schemas.errors import VerificationError
from schemas.manifest import Manifest, Restoration
from schemas.written import Attempt
from tasks.storage.commits import (
    append,
    data_folder,
    find_version,
    numbered,
    numbers,
)
from tasks.storage.pins import pinned
from tasks.storage.settling import settle

_log = logging.getLogger(__name__)


def restore(root: str, old: Manifest, created: str, who: str) -> tuple[Manifest, bool]:
    """Publish the files of a version again, under the next number.

    Args:
        root: OUTPUT/NAME as a path or URI.
        old: The version, as read from its log.
        created: UTC, ISO 8601.
        who: Names this rollback among others at work: letters and digits.

    Returns:
        The published version, and whether it is new: it is not if the files of the old
        one were those that are published.

    Raises:
        VerificationError: A listed file is gone, or about to be removed.
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed; nothing was published, or it is unknown.
    """
    made: Manifest | None = None
    with pinned(root, data_folder(old), who):
        settle(root, old.files)
        while True:
            log = numbers(root)
            head = _readable(root, log[-1])
            if head and data_folder(head) == data_folder(old):
                return head, head == made  # the answer to its creation may get lost
            made = _next(root, old, log, (created, who))
            if append(root, made):
                return made, True


def _next(
    root: str, old: Manifest, log: list[int], origin: tuple[str, str]
) -> Manifest:
    created, who = origin
    first = old.restores.version if old.restores else old.version
    later = (_readable(root, number) for number in log if number > first)
    keys = dict.fromkeys(key for manifest in later for key in _keys(manifest))
    keys.pop(old.run_key, None)
    facts = {
        "created": created,
        "restores": Restoration(version=first, instead_of=tuple(keys), rollback=who),
    }
    draft = old.model_copy(update=facts)
    attempt = Attempt(root=root, run_key=old.run_key, attempt=old.attempt)
    return numbered(draft, attempt, log[-1])


def _keys(manifest: Manifest | None) -> Iterator[str]:
    if manifest:
        yield manifest.run_key
        yield from manifest.restores.instead_of if manifest.restores else ()


def _readable(root: str, number: int) -> Manifest | None:
    """Pass over a damaged version: it may be why there is a rollback."""
    try:
        return find_version(root, number)
    except VerificationError as error:
        _log.warning("%s", error)
        return None
