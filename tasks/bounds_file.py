"""The file of the feature schema. What it may say is in schemas.features."""

import yaml

from schemas.errors import UserError
from schemas.features import understood
from tasks.storage.location import locate
from tasks.storage.stores import store_at

_MOST = 2**20  # bytes


def read_bounds(uri: str | None) -> dict[str, str]:
    """Read the feature schema.

    Args:
        uri: A YAML file as pandera.io writes it, a path or URI; None if there is none.

    Returns:
        For each column its part of the schema as canonical JSON.

    Raises:
        UserError: The file is not there, may not be read, or is no such schema.
        TransientError: The storage failed.
    """
    if uri is None:
        return {}
    root, _, name = locate(uri).path.rpartition("/")
    store = store_at(root)
    size = store.size(name)
    if size is None or size > _MOST:
        what = "is not there" if size is None else f"has more than {_MOST:,} bytes"
        raise UserError(f"feature schema {uri!r} {what}; name a YAML file of Pandera's")
    text = store.read(name) or b""
    try:
        told, refers = yaml.safe_load(text), any(map(_refers, yaml.parse(text)))
    # A bad !!int is an IndexError, lists nested deep a RecursionError.
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"feature schema {uri!r} is no YAML: {said}") from error
    if refers:  # what it refers to can be repeated without end
        raise UserError(f"feature schema {uri!r} refers to itself by *; write it out")
    return understood(told)


def _refers(event: yaml.Event) -> bool:
    return isinstance(event, yaml.AliasEvent)
