"""Manifests with a seal: one that was changed after it was written is not believed.

Which manifest makes a version is decided in commits and held_back.

The sha256 in a manifest is checked by any program thus::

    fields = json.load(open(path))
    told = fields.pop("sha256")
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == told
"""

import hashlib
import json

from pydantic import ValidationError

from schemas.errors import VerificationError
from schemas.records import Manifest
from tasks.storage.stores import store_at


def seal(manifest: Manifest) -> Manifest:
    """Give a manifest the sha256 of the canonical JSON of all its other fields.

    Canonical: keys sorted, separators ``,`` and ``:`` alone, ASCII with escapes,
    numbers as Python's json module writes them.
    """
    fields = json.loads(manifest.model_dump_json())
    return manifest.model_copy(update={"sha256": _digest(fields)})


def read_sealed(root: str, path: str) -> Manifest | None:
    """Read a manifest whose seal is whole.

    Args:
        root: Where the path begins, a path or URI.
        path: Of the file.

    Returns:
        The manifest; None if it is not there.

    Raises:
        VerificationError: It is damaged.
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    text = store_at(root).read(path)
    if text is None:
        return None
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise VerificationError(f"{root}/{path} is not a manifest: {error}") from error
    if manifest.sha256 != _digest(json.loads(text)):
        raise changed(root, path)
    return manifest


def changed(root: str, path: str) -> VerificationError:
    """Make the error about a manifest that is not what was written there."""
    return VerificationError(
        f"{root}/{path} was changed after it was written: its number or its sha256 "
        "does not fit. Restore it from a copy."
    )


def _digest(fields: dict[str, object]) -> str:
    rest = {name: value for name, value in fields.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
