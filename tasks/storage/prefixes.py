"""The files of a source in a bucket. On disk they are found by folders."""

import difflib
import re
from collections.abc import Iterable, Sequence

from schemas.errors import UserError
from tasks.storage.addresses import Address, checked_key
from tasks.storage.names import bounded, is_taken
from tasks.storage.roots import check_allowed_uri
from tasks.storage.stores import Stored

_MAGIC = re.compile(r"[*\[]")
_SHOWN = 5


def find_objects(place: Address, named: str) -> tuple[str, set[str]]:
    """Find the objects of a source.

    Args:
        place: An object, whatever its name; a prefix, taken as a folder and searched
            for names.SUFFIXES; or a glob of either (``*``, ``[..]``, ``**``).
        named: How it was given. A slash at its end makes it a folder where there is an
            object of the same name as well.

    Returns:
        The URI of the root, as location.find_parquet has it, and the names below it.

    Raises:
        UserError: Nothing is there, it is not allowed there, or an object has no
            usable name.
        TransientError: The storage failed.
    """
    from tasks.storage.objects import ObjectStore  # noqa: PLC0415 - an extra

    parent, name = _above(place)
    size = object_size(place, named)
    if size:
        return parent.uri, {name}
    fixed, pattern = cut(place.key)
    root = place._replace(key=fixed)
    check_allowed_uri(root, named)
    found = files_of(ObjectStore(root).walk(), bounded(pattern), root.uri)
    if not found and size is not None:  # empty: who reads it says what is wrong
        return parent.uri, {name}
    if not found:
        raise UserError(f"No Parquet file in {named!r}. {_what_is_there(root)}")
    return root.uri, set(found)


def object_size(place: Address, named: str) -> int | None:
    """Tell the bytes of an object that is a source; None if a folder is meant.

    Args:
        place: What is meant.
        named: How it was given.
    """
    from tasks.storage.objects import ObjectStore  # noqa: PLC0415 - an extra

    parent, name = _above(place)
    if not name or named.endswith("/"):
        return None
    return ObjectStore(parent).size(name)


def _above(place: Address) -> tuple[Address, str]:
    folder, _, name = place.key.rpartition("/")
    return place._replace(key=folder), name


def cut(key: str) -> tuple[str, str]:
    """Cut a key at the first segment with a wildcard."""
    segments = key.split("/")
    for at, segment in enumerate(segments):
        if _MAGIC.search(segment):
            return "/".join(segments[:at]), "/".join(segments[at:])
    return key, ""


def files_of(
    listed: Iterable[Stored], pattern: Sequence[str], root: str
) -> dict[str, Stored]:
    """Choose the files of a source among the objects below its root.

    Args:
        listed: All of them.
        pattern: As names.is_taken has it.
        root: URI; messages say it.

    Returns:
        The files by name. Empty objects by which some programs mark a folder are left
        out.

    Raises:
        UserError: A name cannot be a key here, or two keys are one name.
    """
    found: dict[str, Stored] = {}
    folders: set[str] = set()
    for item in listed:
        parts = item.path.split("/")
        folders.update("/".join(parts[:end]) for end in range(1, len(parts)))
        if not is_taken(parts, pattern):
            continue
        _check(item, found.get(item.path), root)
        if item.bytes or item.path not in found:
            found[item.path] = item
    return {
        name: item for name, item in found.items() if item.bytes or name not in folders
    }


def _check(item: Stored, twin: Stored | None, root: str) -> None:
    try:
        checked_key(item.path, f"{root}/{item.path}")
    except UserError as error:
        raise UserError(f"{error} Rename the object, or name others.") from error
    if twin and twin.bytes and item.bytes:
        raise UserError(
            f"Two objects are called {item.path!r} in {root!r}, their keys differ only "
            "by slashes at an end. Rename or remove one."
        )


def _what_is_there(root: Address) -> str:
    """Say what lies where files were sought, or in the nearest place above."""
    from tasks.storage.objects import ObjectStore  # noqa: PLC0415 - an extra

    sought, place = "", root
    while not (names := ObjectStore(place).names()) and place.key:
        place, sought = _above(place)
        try:
            check_allowed_uri(place, root.uri)
        except UserError:  # what lies outside of the roots is not told
            return f"Nothing is in {root.uri!r}. Check the path."
    if not names:
        return f"Nothing is in {place.uri!r}. Name another place."
    shown = ", ".join(map(repr, names[:_SHOWN]))
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    near = difflib.get_close_matches(sought, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "Name a file, a folder or a glob."
    return f"In {place.uri!r} there is {shown}{more}. {hint}"
