"""An object as a file that is read anywhere in it, each read a request for a range."""

import io
from typing import Protocol


class Ranged(Protocol):
    """What gives a range of an object."""

    def get_range(self, path: str, *, start: int, length: int) -> object:
        """Give some bytes, as a buffer."""


class RemoteFile(io.RawIOBase):
    """Reads what is asked for and no more; who reads chooses how much at once."""

    def __init__(self, bucket: Ranged, key: str, size: int) -> None:
        """Take an object that is there.

        Args:
            bucket: What it is in.
            key: Its name.
            size: Its bytes.
        """
        super().__init__()
        self._bucket = bucket
        self._key = key
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
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
        """Read at most so many bytes from the position on."""
        left = max(0, self._size - self._at)
        length = left if size is None or size < 0 else min(size, left)
        if not length:
            return b""
        found = self._bucket.get_range(self._key, start=self._at, length=length)
        data = bytes(memoryview(found))  # type: ignore[arg-type] # obstore's is a buffer
        self._at += len(data)
        return data
