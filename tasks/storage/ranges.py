"""An object as a file that is read anywhere in it, each read a request for a range."""

import io
from typing import Any

from obstore.exceptions import PreconditionError

from schemas.errors import UserError
from tasks.storage.buckets import reported

_TAIL = 64 << 10  # bytes: what Arrow reads first, looking for a footer


class RemoteFile(io.RawIOBase):
    """Reads what is asked for and no more; who reads chooses how much at once.

    Only the end of the object is kept: footers are looked for there, again and again.
    """

    def __init__(self, bucket: Any, uri: str, found: Any) -> None:  # noqa: ANN401 - obstore's, by scheme
        """Take an object that is there.

        Args:
            bucket: What it is in.
            uri: What messages call it.
            found: What the bucket tells of it. What is read is this object, or nothing.
        """
        super().__init__()
        self._bucket = bucket
        self._uri = uri
        self._key = found["path"]
        self._size = found["size"]
        self._tag = found["e_tag"]
        self._at = 0
        self._tail = b""

    def readable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Tell the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, without a request."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}
        self._at = max(0, start[whence] + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Read at most so many bytes from the position on.

        Raises:
            UserError: Another object has taken the name, or it may not be read.
            TransientError: The storage failed.
        """
        left = max(0, self._size - self._at)
        length = left if size is None or size < 0 else min(size, left)
        if not length:
            return b""
        start = max(0, self._size - _TAIL)
        if self._at >= start:
            self._tail = self._tail or self._range(start, self._size)
            data = self._tail[self._at - start :][:length]
        else:
            data = self._range(self._at, self._at + length)
        self._at += len(data)
        return data

    def _range(self, start: int, stop: int) -> bytes:
        options: dict[str, Any] = {"range": (start, stop)}
        if self._tag:
            options["if_match"] = self._tag
        with reported(self._uri):
            try:
                found = self._bucket.get(self._key, options=options)
                return bytes(found.bytes())
            except PreconditionError as error:
                raise UserError(
                    f"{self._uri!r} was replaced while it was read. Run again when the "
                    "source is complete."
                ) from error
