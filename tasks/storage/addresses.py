"""What a user calls a place, taken apart. What may be read there is roots' business."""

import re
from typing import NamedTuple

from schemas.errors import UserError

SCHEMES = ("s3", "gs", "abfs")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,221}")
_MOST_BYTES = 255  # of a segment, as on disks: what is in a bucket can be copied to one


class Address(NamedTuple):
    """A place in an object store."""

    scheme: str
    """One of SCHEMES."""
    bucket: str
    """The container, on Azure."""
    key: str
    """Segments joined by slashes, none first or last; empty for the whole bucket."""

    @property
    def uri(self) -> str:
        """The address in one word."""
        return f"{self.scheme}://{self.bucket}/{self.key}".rstrip("/")


def address(text: str) -> Address | None:
    """Take the URI of an object apart.

    Args:
        text: What a user wrote, a path or a URI.

    Returns:
        The address; None for a path, which has no scheme.

    Raises:
        UserError: The scheme is none of ours, or the URI holds anything but a bucket
            and a key: ``?endpoint_override=HOST`` would send signed requests to HOST.
    """
    found = _SCHEME.match(text)
    if not found:
        return None
    scheme, rest = found[1].lower(), found[2]
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise UserError(
            f"{text!r}: the scheme {found[1]!r} is not supported, only local paths and "
            f"{known} are. Copy or mount the data and give its path."
        )
    bucket, _, key = rest.partition("/")
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise UserError(
            f"{text!r}: {bucket!r} is no name of a bucket. Write "
            f"{scheme}://BUCKET/PATH, and name an endpoint, a user or an account in "
            "the environment."
        )
    return Address(scheme, bucket, checked_key(key.rstrip("/"), text))


def checked_key(key: str, named: str) -> str:
    """Refuse a key that is more, or less, than a path below its bucket.

    Args:
        key: Segments joined by slashes; empty for the whole bucket.
        named: How the place was given; the message says it.

    Returns:
        The key.

    Raises:
        UserError: An empty segment, ``.`` or ``..``, more than 255 bytes in one,
            ``?``, ``#``, ``::``, a backslash, or what cannot be printed.
    """
    segments = key.split("/") if key else []
    wrong = [item for item in segments if not _is_plain(item)]
    if wrong or any(part in key for part in ("?", "#", "::", "\\")):
        shown = wrong[0] if wrong else key
        raise UserError(
            f"{named!r}: {shown[:80]!r} cannot be part of a key here. Use segments "
            "of 1 to 255 printable bytes, without '.', '..', '?', '#', '::' and '\\'."
        )
    return key


def _is_plain(segment: str) -> bool:
    if segment in {"", ".", ".."} or not segment.isprintable():
        return False
    return len(segment.encode(errors="surrogatepass")) <= _MOST_BYTES
