"""Checks that pyarrow can tell of every column chunk of a footer, without reading one.

A chunk whose sizes contradict its column makes ``RowGroupMetaData.column`` end the
whole process: it lets an exception of C++ through. Opening the chunks for reading meets
the same exception where it is caught. What a footer may declare is limits' business.
"""

import io

import pyarrow as pa
import pyarrow.parquet as pq


class _OpenedError(Exception):
    """All chunks are open, and the first was about to be read."""


class _Nothing(io.RawIOBase):
    """A file of some size that is never read."""

    def __init__(self, size: int) -> None:
        """Take a size in bytes."""
        super().__init__()
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Tell the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move."""
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def read(self, _size: int | None = -1) -> bytes:
        """Say that all is well so far."""
        raise _OpenedError


def check_sound(metadata: pq.FileMetaData, size: int) -> None:
    """Refuse a footer with a column chunk that contradicts itself.

    Args:
        metadata: Of the file.
        size: Of the file, in bytes.

    Raises:
        OSError: As pyarrow words it.
        pyarrow.ArrowException: The same.
    """
    # Pre-buffering looks at all chunks before it reads any.
    nothing = pa.PythonFile(_Nothing(size), mode="r")
    groups = range(metadata.num_row_groups)
    with pq.ParquetFile(nothing, metadata=metadata, pre_buffer=True) as parquet:
        try:
            next(parquet.iter_batches(1, list(groups), use_threads=False), None)
        except _OpenedError:
            return
