"""From what a user calls a source or an output to files. What is in them is parquet's.

The only door: no file is opened but at a path that went through ``locate`` or
``find_parquet``. How objects are found is in prefixes.
"""

import difflib
import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from schemas.errors import UserError
from tasks.storage.addresses import address
from tasks.storage.names import SUFFIXES, bounded, is_hidden
from tasks.storage.prefixes import find_objects
from tasks.storage.roots import check_allowed, check_allowed_uri


@dataclass(frozen=True)
class Location:
    """A place that may be used."""

    path: str
    """Absolute, without symbolic links; or the URI of an object or of a prefix."""


def locate(uri: str) -> Location:
    """Turn what a user wrote into a place that may be used.

    Args:
        uri: A local path, absolute or relative, ``~`` allowed, or a URI such as
            ``s3://bucket/key``; it need not exist.

    Returns:
        The absolute real path, or the URI without a slash at its end.

    Raises:
        UserError: An unsupported scheme, text that cannot be a path, or a path outside
            of the allowed roots.
    """
    if place := address(uri):
        check_allowed_uri(place, uri)
        return Location(place.uri)
    if not uri.strip():
        raise UserError("A path is empty. Give a file, a folder or a glob.")
    try:
        path = _real(Path(uri).expanduser())
        str(path).encode()
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"{uri!r} cannot be a path: {error}. Correct it.") from error
    check_allowed(path, uri)
    return Location(str(path))


def _real(path: Path) -> Path:
    """Resolve links; from Python 3.13 on only a strict resolve notices a loop."""
    try:
        return path.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        return path.resolve()


def find_parquet(source: str) -> tuple[Location, tuple[str, ...]]:
    """Find the files of a source.

    Args:
        source: A file, whatever its name; a folder, read recursively for ``SUFFIXES``;
            or a glob of files and folders (``*``, ``?``, ``[..]``, ``**``). Names that
            begin with ``_`` or ``.`` are left out of folders and globs.

    Returns:
        The root (a file's folder, the folder, or the longest part of a glob that is a
        folder), and the files' names relative to it, with forward slashes, sorted.

    Raises:
        UserError: Nothing is there, nothing matches, a file would be read twice, or a
            link leads out of the allowed roots.
    """
    location = locate(source)
    if place := address(location.path):
        root, names = find_objects(place)
    else:
        root, names = _find_files(source, Path(location.path))
    if not names:
        raise UserError(
            f"No Parquet file in {source!r}: looked under {root!r} for names that "
            f"end in {', '.join(SUFFIXES)} and do not begin with '_' or '.'. "
            "Name a file, another folder or another glob."
        )
    return Location(root), tuple(sorted(names))


def check_apart(source: str, output: str) -> None:
    """Refuse an output that the next run would read as source.

    Args:
        source: As for find_parquet.
        output: The folder that will be written, OUTPUT/NAME; it need not exist.

    Raises:
        UserError: The source is a folder or a glob that takes in the output.
    """
    read, written = locate(source).path, locate(output).path
    if (address(read) is None) != (address(written) is None):
        return
    path, folder = Path(read), Path(written)
    root = _fixed_folder(path)
    if path.is_file() or not folder.is_relative_to(root):
        return
    parts = folder.relative_to(root).parts
    if not is_hidden(parts) and _reaches(path.relative_to(root).parts, parts):
        raise UserError(
            f"The output {str(folder)!r} lies inside the source {source!r} and would "
            "be read as source the next time. Choose an output outside of it."
        )


def _find_files(source: str, path: Path) -> tuple[str, set[str]]:
    try:
        root, names = _find(path)
        _check_names(root, names)
    except OSError as error:
        raise UserError(f"Cannot look into {source!r}: {error}.") from error
    return str(root), names


def _find(path: Path) -> tuple[Path, set[str]]:
    if path.is_file():
        return path.parent, {path.name}
    root = _fixed_folder(path)
    if not root.is_dir():
        raise UserError(_missing(root))
    return root, set(_match(root, path.relative_to(root)))


def _fixed_folder(path: Path) -> Path:
    """Cut at the first wildcard; a folder may really be called ``a[1]``."""
    root = Path(path.anchor)
    for part in path.parts[1:]:
        if glob.has_magic(part) and not (root / part).is_dir():
            break
        root /= part
    return root


def _match(root: Path, pattern: Path) -> Iterator[str]:
    if not pattern.parts:
        yield from _walk(root, root)
        return
    for name in glob.glob(bounded(str(pattern)), root_dir=root, recursive=True):  # noqa: PTH207 - Path.glob reads ** differently from version to version
        path = root / name
        if is_hidden(Path(name).parts):
            continue
        if path.is_dir():
            yield from _walk(root, path)
        else:
            yield Path(name).as_posix()


def _walk(root: Path, top: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(top, onerror=_stop, followlinks=True):
        check_allowed(Path(folder).resolve(), folder)
        folders[:] = [name for name in folders if not is_hidden([name])]
        for name in files:
            if name.lower().endswith(SUFFIXES) and not is_hidden([name]):
                yield (Path(folder) / name).relative_to(root).as_posix()


def _stop(error: OSError) -> None:
    raise error


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
    near = difflib.get_close_matches(name, os.listdir(folder), n=1)  # noqa: PTH208 - names are wanted, not paths
    hint = f"Did you mean {near[0]!r}?" if near else "Check the path."
    return f"{str(path)!r} does not exist: no {name!r} in {str(folder)!r}. {hint}"


def _reaches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    for wanted, part in zip(pattern, parts, strict=False):
        if wanted == "**":
            return True
        if not fnmatchcase(part, wanted):
            return False
    return True
