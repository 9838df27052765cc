"""Train and holdout are apart, as far as their columns tell: by key, and by the split.

Without a key nothing tells a row from its like; the other checks of a published version
are in auditing. What puts a row on its side is in algorithms.sides.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.splits import Split, SplitKind
from schemas.written import Check, FileEntry
from tasks.algorithms.labels import encode
from tasks.algorithms.selection import Hashes, hash_keys
from tasks.algorithms.sides import named
from tasks.recounting import SYNTHETIC, folder_of
from tasks.storage.workspace import open_part

_SEED = 0  # any: all that counts is whether hashes are equal
_Version = tuple[str, Sequence[FileEntry]]  # OUTPUT/NAME, and files that are whole


def check_apart(root: str, files: Sequence[FileEntry], key: Sequence[str]) -> Check:
    """Look for rows of the holdout that were trained on, by their key.

    Args:
        root: OUTPUT/NAME as a path or URI.
        files: Of a version; they are whole.
        key: Columns that name a row.
    """
    return _none_shared("holdout apart", "keys", (root, files), key)


def check_split(root: str, files: Sequence[FileEntry], split: Split) -> list[Check]:
    """Hold the rows of both sides against what the split promises.

    Args:
        root: OUTPUT/NAME as a path or URI.
        files: Of a version; they are whole.
        split: That its rows were parted by.

    Returns:
        One check; none if it is stratified, for then the counts of classes tell.
    """
    if split.column is None:
        return []
    version, columns = (root, files), [split.column]
    if split.kind is SplitKind.GROUP:
        return [_none_shared("groups apart", "groups", version, columns)]
    if split.kind is SplitKind.TIME:
        return [_none_older(version, split.column)]
    return [_as_named(version, split.column, split.values)]


def _real(version: _Version, folder: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Stream columns of train or holdout; synthetic rows are of no side."""
    root, files = version
    for entry in files:
        if folder_of(entry) == folder and SYNTHETIC not in entry.path:
            for batch in open_part(root, entry).iter_batches(columns=list(columns)):
                yield pa.Table.from_batches([batch])


def _none_shared(
    name: str, what: str, version: _Version, columns: Sequence[str]
) -> Check:
    used, held = (_named(version, side, columns) for side in ("train", "holdout"))
    both = np.intersect1d(used, held, assume_unique=True)
    note = f"{len(used):,} {what} ({', '.join(columns)}) in train, {len(held):,} in the"
    return Check(
        name=name,
        success=not len(both),
        note=f"{note} holdout, {len(both):,} in both",
    )


def _named(version: _Version, folder: str, columns: Sequence[str]) -> Hashes:
    """Hash each name once; a row that has none is like no other."""
    found = [
        np.unique(hash_keys(_whole(table), tuple(columns), _SEED))
        for table in _real(version, folder, columns)
    ]
    return np.unique(np.concatenate([np.empty(0, np.uint64), *found]))


def _whole(table: pa.Table) -> pa.Table:
    gaps_told = [named(column) for column in table.columns]
    return pa.table(gaps_told, table.column_names).drop_null()


def _none_older(version: _Version, column: str) -> Check:
    newest = _extreme(pc.max, version, "train", column)
    oldest = _extreme(pc.min, version, "holdout", column)
    undated = sum(
        pc.sum(table.column(0).is_null(nan_is_null=True)).as_py()
        for table in _real(version, "holdout", [column])
    )
    told, limit = (pc.cast(end, pa.string()).as_py() for end in (oldest, newest))
    return Check(
        name="holdout newer",
        success=not pc.less_equal(oldest, newest).as_py() and not undated,
        note=f"{column} is {told} or later in the holdout, {limit} or earlier in train"
        + (f"; {undated:,} rows of the holdout have none" if undated else ""),
    )


def _extreme(
    end: Callable[[pa.ChunkedArray | pa.Array], pa.Scalar],
    version: _Version,
    folder: str,
    column: str,
) -> pa.Scalar:
    """Find the oldest or the newest moment; null if there is none."""
    found = [end(table.column(0)) for table in _real(version, folder, [column])]
    return end(pa.array(found, found[0].type)) if found else pa.scalar(None)


def _as_named(version: _Version, column: str, values: Sequence[str]) -> Check:
    used, held = (
        sum(
            int((encode(table.column(0), values) >= 0).sum())
            for table in _real(version, side, [column])
        )
        for side in ("train", "holdout")
    )
    rows = sum(entry.rows or 0 for entry in version[1] if folder_of(entry) == "holdout")
    return Check(
        name="holdout as named",
        success=not used and held == rows,
        note=f"{held:,} of {rows:,} rows of the holdout and {used:,} of train have "
        f"{' or '.join(values)} in {column}",
    )
