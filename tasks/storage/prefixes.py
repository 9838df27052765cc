"""The files of a source in a bucket. On disk they are found by location."""

import re
from collections.abc import Iterator

from schemas.errors import UserError
from tasks.storage.addresses import Address, checked_key
from tasks.storage.names import SUFFIXES, bounded, is_hidden

_MAGIC = re.compile(r"[*\[]")


def find_objects(place: Address) -> tuple[str, set[str]]:
    """Find the objects of a source.

    Args:
        place: An object, whatever its name; a prefix, taken as a folder and searched
            for names.SUFFIXES; or a glob of either (``*``, ``[..]``, ``**``).

    Returns:
        The URI of the root, as location.find_parquet has it, and the names below it.

    Raises:
        UserError: It is not allowed there, or an object has no usable name.
        TransientError: The storage failed.
    """
    from tasks.storage.objects import ObjectStore  # noqa: PLC0415 - an extra

    folder, _, name = place.key.rpartition("/")
    parent = place._replace(key=folder)
    if name and ObjectStore(parent).size(name) is not None:
        return parent.uri, {name}
    fixed, pattern = _cut(place.key)
    root = place._replace(key=fixed)
    wanted = _expression(bounded(pattern)) if pattern else None
    listed = (_plain(key, root) for key in ObjectStore(root).walk())
    return root.uri, set(_matching(listed, wanted))


def _cut(key: str) -> tuple[str, str]:
    """Cut at the first segment with a wildcard."""
    segments = key.split("/")
    for at, segment in enumerate(segments):
        if _MAGIC.search(segment):
            return "/".join(segments[:at]), "/".join(segments[at:])
    return key, ""


def _matching(names: Iterator[str], wanted: re.Pattern[str] | None) -> Iterator[str]:
    for name in names:
        if is_hidden(name.split("/")):
            continue
        named = wanted is not None and wanted.fullmatch(name)
        if named or (name.lower().endswith(SUFFIXES) and _is_below(name, wanted)):
            yield name


def _is_below(name: str, wanted: re.Pattern[str] | None) -> bool:
    """Tell whether a folder above the name is what is wanted, or everything is."""
    if wanted is None:
        return True
    folders = name.split("/")[:-1]
    above = ("/".join(folders[: at + 1]) for at in range(len(folders)))
    return any(map(wanted.fullmatch, above))


def _expression(pattern: str) -> re.Pattern[str]:
    """Translate a glob: ``*`` within a segment, ``**`` any number of segments."""
    parts = []
    for segment in pattern.split("/"):
        if segment == "**":
            parts.append(r"(?:[^/]+/)*")
        else:
            parts.append(_segment(segment) + "/")
    return re.compile("".join(parts).removesuffix("/"))


def _segment(text: str) -> str:
    pieces = re.split(r"(\*|\[!?[^\]]+\])", text)
    return "".join(
        "[^/]*" if piece == "*" else _choice(piece) if at % 2 else re.escape(piece)
        for at, piece in enumerate(pieces)
    )


def _choice(piece: str) -> str:
    inside = piece[1:-1].replace("\\", "\\\\").replace("^", "\\^")
    return f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"


def _plain(name: str, root: Address) -> str:
    try:
        return checked_key(name, f"{root.uri}/{name}")
    except UserError as error:
        raise UserError(f"{error} Rename the object, or name others.") from error
