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
from pydantic_core import from_json, to_json

from schemas.errors import EvenkeelError, VerificationError
from schemas.manifest import Manifest
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


def write_sealed(root: str, path: str, manifest: Manifest) -> bool:
    """Create the file of a sealed manifest; False when its name was taken.

    Raises:
        VerificationError: What is there now is damaged.
        UserError: The disk is full or cannot be written to.
        TransientError: The storage failed; nothing was created, or it is unknown.
    """
    store = store_at(root)
    try:
        with store.stage(path) as staged:
            staged.write(manifest.model_dump_json(indent=2).encode())
            created = staged.publish()
        store.settle({path.rpartition("/")[0]})
    except EvenkeelError:
        # A reported failure may come after the file appeared: only the file knows.
        if store.size(path) is None or read_sealed(root, path) != manifest:
            raise
        return True
    return created


def is_as_written(root: str, path: str) -> bool:
    """Tell whether a manifest is what was written, to the last space.

    Args:
        root: Where the path begins, a path or URI.
        path: Of a manifest whose seal is whole.

    Raises:
        UserError: It may not be read.
        TransientError: The storage failed.
    """
    text = store_at(root).read(path) or b"null"
    return to_json(from_json(text), indent=2) == text


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
