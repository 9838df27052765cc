"""From what a user calls a source or an output to files. What is in them is parquet's.

The only door: no file is opened but at a path that went through ``locate`` or
``find_parquet``. How files are found on disk is in folders, in buckets in prefixes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from schemas.errors import UserError
from tasks.storage.addresses import address
from tasks.storage.folders import find_files, fixed_folder
from tasks.storage.names import SUFFIXES, is_hidden
from tasks.storage.prefixes import cut, find_objects, object_size
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
        root, names = find_objects(place, source)
    else:
        root, names = find_files(Path(location.path), source)
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
    (root, pattern), parts = _taken_apart(read), _segments(written)
    below = parts[len(root) :]
    if parts[: len(root)] != root or is_hidden(below) or not _reaches(pattern, below):
        return
    if not _is_file(read, source):
        raise UserError(
            f"The output {written!r} lies inside the source {source!r} and would "
            "be read as source the next time. Choose an output outside of it."
        )


def _taken_apart(read: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cut a source into the segments of its root and those of its glob."""
    if place := address(read):
        fixed, _ = cut(place.key)
        root = _segments(place._replace(key=fixed).uri)
    else:
        root = fixed_folder(Path(read)).parts
    return root, _segments(read)[len(root) :]


def _segments(place: str) -> tuple[str, ...]:
    found = address(place)
    if found is None:
        return Path(place).parts
    return (found.scheme, found.bucket, *filter(None, found.key.split("/")))


def _is_file(read: str, named: str) -> bool:
    if place := address(read):
        return bool(object_size(place, named))
    return Path(read).is_file()


def _reaches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    for wanted, part in zip(pattern, parts, strict=False):
        if wanted == "**":
            return True
        if not fnmatchcase(part, wanted):
            return False
    return True
