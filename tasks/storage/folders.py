"""The files of a source on disk. In a bucket they are found by prefixes.

No folder is looked into, and none is named to a user, before it was found to lie inside
of the allowed roots: a link may lead anywhere.
"""

import difflib
import glob
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from schemas.errors import UserError
from tasks.storage.names import bounded, has_suffix, is_hidden
from tasks.storage.roots import check_allowed


def find_files(path: Path, named: str) -> tuple[str, set[str]]:
    """Find the files of a source.

    Args:
        path: Absolute and real, of a file, a folder or a glob of either.
        named: How it was given; messages say it.

    Returns:
        The root, as location.find_parquet has it, and the names below it.

    Raises:
        UserError: It does not exist, may not be read, would be read twice, or a link
            leads out of the allowed roots.
    """
    try:
        root, names = _find(path)
        _check_names(root, names)
    except OSError as error:
        raise UserError(f"Cannot look into {named!r}: {error}.") from error
    return str(root), names


def fixed_folder(path: Path) -> Path:
    """Cut at the first wildcard; a folder may really be called ``a[1]``."""
    root = Path(path.anchor)
    for part in path.parts[1:]:
        if glob.has_magic(part) and not (root / part).is_dir():
            break
        root /= part
    return root


def _find(path: Path) -> tuple[Path, set[str]]:
    if path.is_file():
        return path.parent, {path.name}
    root = fixed_folder(path)
    if not root.is_dir():
        raise UserError(_missing(root))
    pattern = path.relative_to(root)
    if not pattern.parts:
        found = _walk(root, (root.resolve(),))
    else:
        found = _expand(root, (root.resolve(),), bounded(str(pattern)))
    return root, {place.relative_to(root).as_posix() for place in found}


def _expand(
    folder: Path, above: tuple[Path, ...], pattern: Sequence[str]
) -> Iterator[Path]:
    """Follow a glob segment by segment; above are the real paths of the folders."""
    if not pattern:
        yield from _walk(folder, above)
        return
    wanted, rest = pattern[0], pattern[1:]
    if wanted == "**":
        yield from _expand(folder, above, rest)
    for place, real in _entries(folder, above):
        if wanted == "**" and real:
            yield from _expand(place, (*above, real), pattern)
        elif wanted == "**" or fnmatchcase(place.name, wanted):
            if real:
                yield from _expand(place, (*above, real), rest)
            elif not rest:
                yield place


def _walk(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    for place, real in _entries(folder, above):
        if real:
            yield from _walk(place, (*above, real))
        elif has_suffix(place.name):
            yield place


def _entries(
    folder: Path, above: tuple[Path, ...]
) -> Iterator[tuple[Path, Path | None]]:
    """List a folder: what is not hidden, and the real paths of folders among it."""
    check_allowed(above[-1], str(folder))
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        if is_hidden([entry.name]):
            continue
        place = Path(entry.path)
        if not _is_folder(entry):
            yield place, None
            continue
        real = place.resolve() if entry.is_symlink() else above[-1] / entry.name
        if real in above:
            raise UserError(
                f"{str(place)!r} leads back by symbolic links to {str(real)!r}, in "
                "which it lies; its rows would count twice. Remove the link."
            )
        yield place, real


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):  # a link into a loop, say: if it is wanted, that is told
        return entry.is_dir()
    return False


def _check_names(root: Path, names: set[str]) -> None:
    seen: dict[Path, str] = {}
    for name in sorted(names):
        if any("\ud800" <= letter <= "\udfff" for letter in name):
            raise UserError(f"The file name {name!r} is not UTF-8. Rename the file.")
        path = (root / name).resolve()
        check_allowed(path, str(root / name))
        other = seen.setdefault(path, name)
        if other != name:
            raise UserError(
                f"{name!r} and {other!r} in {str(root)!r} are the same file by a "
                "symbolic link; its rows would count twice. Remove the link."
            )


def _missing(path: Path) -> str:
    folder = next(parent for parent in path.parents if parent.is_dir())
    name = path.relative_to(folder).parts[0]
    try:
        check_allowed(folder, str(path))
    except UserError:  # what lies outside of the roots is not told
        return f"{str(path)!r} does not exist. Make it, or check the path."
    near = difflib.get_close_matches(name, os.listdir(folder), n=1)  # noqa: PTH208 - names are wanted, not paths
    hint = f"Did you mean {near[0]!r}?" if near else "Check the path."
    return f"{str(path)!r} does not exist: no {name!r} in {str(folder)!r}. {hint}"
