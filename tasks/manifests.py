"""The manifest that someone names, found and believed. The log of them is commits'."""

import re

from schemas.errors import UserError
from schemas.manifest import Manifest
from tasks.naming import place_of
from tasks.published import published_version
from tasks.storage.commits import LATEST, manifest_path
from tasks.storage.location import locate
from tasks.storage.sealing import read_sealed

PLACE = re.compile(r"([^/]+)/_commits/([0-9]{20})\.json\Z")
"""How the place of a manifest ends: the dataset, and the version."""

_SHOWN = 200  # letters of it


def manifest_at(named: str) -> Manifest:
    """Read the manifest that a user means.

    Args:
        named: Of a certain version OUTPUT/NAME/_commits/NUMBER.json; of the published
            one OUTPUT/NAME, its latest.json, or NAME alone, as a path or URI.

    Raises:
        UserError: Nothing is published there, or it may not be read.
        VerificationError: The manifest was changed after it was written.
        TransientError: The storage failed.
    """
    folder, _, name = named.rpartition("/")
    if name == LATEST:
        return published_version(folder or ".")[0]
    if name.endswith(".json"):
        return read_version(named)[0]
    return published_version(place_of(named))[0]


def read_version(manifest: str) -> tuple[Manifest, str]:
    """Read a manifest that someone names.

    Args:
        manifest: Where it lies.

    Returns:
        The manifest, and OUTPUT/NAME as a path or URI.

    Raises:
        UserError: It may not be read, or is not where manifests are.
        VerificationError: It was changed after it was written.
    """
    place = locate(manifest).path
    if not PLACE.search(place):
        raise _misplaced(f"{manifest[:_SHOWN]!r} is no place of a manifest")
    root, folder, name = place.rsplit("/", 2)
    version = read_sealed(root, f"{folder}/{name}")
    if version is None:
        raise UserError(f"there is no {manifest!r}; look at what the event says")
    named = root.rpartition("/")[2], f"{folder}/{name}"
    if named != (version.dataset, manifest_path(version.version)):
        raise _misplaced(
            f"{manifest!r} is not where version {version.version} of "
            f"{version.dataset!r} is published"
        )
    return version, root


def _misplaced(fact: str) -> UserError:
    return UserError(
        f"{fact}; give OUTPUT/NAME/_commits/NUMBER.json, as the event "
        "evenkeel.dataset.balanced says"
    )
