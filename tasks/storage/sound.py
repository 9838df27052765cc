"""Checks that pyarrow can tell of every column chunk of a footer, without reading one.

A chunk whose sizes contradict its column makes ``RowGroupMetaData.column`` end the
whole process: it lets an exception of C++ through. Opening the chunks for reading meets
the same exception where it is caught. What a footer may declare is limits' business.
"""

import io

import pyarrow as pa
import pyarrow.parquet as pq


class _Nothing(io.RawIOBase):
    """A file of some size that ends wherever it is read."""

    def __init__(self, size: int) -> None:
        """Take a size in bytes."""
        super().__init__()
        self._size = size
        self._at = 0
        self.was_read = False

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
        """Note that it was read."""
        # To raise here would be clearer, but Arrow then leaks some memory each time.
        self.was_read = True
        return b""


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
    nothing = _Nothing(size)
    groups = list(range(metadata.num_row_groups))
    with (
        pa.PythonFile(nothing, mode="r") as file,
        pq.ParquetFile(file, metadata=metadata, pre_buffer=True) as parquet,
    ):
        try:
            next(parquet.iter_batches(1, groups, use_threads=False), None)
        except (OSError, pa.ArrowException):
            if not nothing.was_read:
                raise
