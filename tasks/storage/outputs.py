"""The part files of one task, opened when their first row comes.

How a file becomes visible is in workspace; what goes where is decided by the caller.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.written import Attempt, FileEntry
from tasks.storage.commits import SCRATCH, data_folder
from tasks.storage.parquet import rows_per_batch
from tasks.storage.stores import store_at
from tasks.storage.workspace import PartFile, part


class Outputs:
    """Writes rows to ``FOLDER/NAME.parquet``; all files are published on leaving."""

    def __init__(self, attempt: Attempt, name: str) -> None:
        """Name the attempt and the file that each folder gets."""
        self._attempt = attempt
        self.name = name
        self._stack = ExitStack()
        self._files: dict[str, PartFile] = {}

    def __enter__(self) -> Self:
        """Open nothing yet."""
        self._stack.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Publish every file, or none that is unfinished when an error passes."""
        self._stack.__exit__(kind, error, trace)

    def open(
        self, folder: str, schema: pa.Schema, *, allow_empty: bool = False
    ) -> None:
        """Open the file of a folder, so that it exists even without rows."""
        self._files[folder] = self._stack.enter_context(
            part(
                self._attempt,
                f"{folder}/{self.name}.parquet",
                schema,
                rows_per_batch(schema),
                allow_empty=allow_empty,
            )
        )

    def write(self, folder: str, table: pa.Table) -> None:
        """Append rows to the file of a folder."""
        if not table.num_rows:
            return
        if folder not in self._files:
            self.open(folder, table.schema)
        self._files[folder].write(table)

    def published(self) -> tuple[FileEntry, ...]:
        """List the files that were published, scratch left out."""
        return tuple(
            file.entry
            for folder, file in self._files.items()
            if file.entry and not folder.startswith(SCRATCH)
        )


def read_folder(attempt: Attempt, folder: str) -> pa.Table:
    """Read all parts that an attempt has in a folder, in the order of their names."""
    store = store_at(attempt.root)
    parts = store.files(f"{data_folder(attempt)}/{folder}")
    return pa.concat_tables(
        [pq.ParquetFile(store.open(item.path)).read() for item in parts]
    )
