"""Rederiving: every synthetic row made again from the published files alone.

The source is not needed. The donors of a class are its real training rows in file
order, for none of them is repeated; their neighbours are searched and the draws are
made again by the same code and seed. What a run checks before it publishes is in
genealogy, and the other checks of a published version are in auditing.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from schemas.manifest import Manifest, ManifestClass, Search
from schemas.written import Check
from tasks.acceleration import accelerates
from tasks.algorithms import smote
from tasks.algorithms.arrays import Means
from tasks.algorithms.columns import assign
from tasks.algorithms.exact import ACCELERATED
from tasks.algorithms.kinship import search
from tasks.algorithms.labels import encode
from tasks.descent import Descendants, differences, made_files, train_files
from tasks.repeating import NAME, check_repeated, otherwise
from tasks.storage.workspace import open_part


def check_derived(root: str, manifest: Manifest) -> Check:
    """Make every synthetic row again, and hold rows and lineage against that.

    Args:
        root: OUTPUT/NAME as a path or URI.
        manifest: Of a version whose files are whole.

    Returns:
        The check; its note begins with "not re-derived" where the search could not be
        repeated, which is no success.

    Raises:
        TransientError: The storage failed.
    """
    if manifest.sampler is not None:
        return check_repeated(root, manifest)
    made = {code: item for code, item in enumerate(manifest.classes) if item.synthetic}
    donors = _donors(root, manifest, made)
    searches = {search.label: search for search in manifest.searches}
    files = made_files(manifest)
    wrong: list[str] = []
    for code, item in made.items():
        if said := _unfit(item, donors[code].num_rows, searches.get(item.label)):
            wrong.append(said)
            continue
        lot = smote.Lot(manifest.seed, code)
        model, other = _search(donors.pop(code), manifest, searches[item.label], lot)
        if other:
            return Check(name=NAME, success=False, note=f"not re-derived: {other}")
        blank = np.full(model.donors.num_rows, -1, np.int64)
        one = Descendants(item, model, blank)
        wrong += differences(root, manifest, one, files[code])
    rows = sum(item.synthetic for item in made.values())
    note = (
        f"{rows:,} synthetic rows of {len(made)} classes made again from their parents"
    )
    if wrong:
        note = f"{'; '.join(wrong)}{otherwise(manifest)}"
    return Check(name=NAME, success=not wrong, note=note)


def _donors(
    root: str, manifest: Manifest, made: Mapping[int, ManifestClass]
) -> dict[int, pa.Table]:
    """Read the real training rows of classes in file order."""
    labels = [item.label for item in manifest.classes]
    found: dict[int, list[pa.Table]] = {code: [] for code in made}
    for entry in train_files(manifest, synthetic=False) if made else ():
        file = open_part(root, entry)
        for batch in file.iter_batches():
            table = pa.Table.from_batches([batch], file.schema_arrow)
            codes = encode(table.column(manifest.target), labels)
            for code in found.keys() & set(codes.tolist()):
                found[code].append(table.filter(pa.array(codes == code)))
    nothing = pa.table({})
    return {code: pa.concat_tables(found[code] or [nothing]) for code in found}


def _unfit(item: ManifestClass, donors: int, search: Search | None) -> str:
    """Say why the donors of a class cannot be told from its rows; else nothing."""
    if item.duplicated:
        return f"class {item.label!r} has repeated rows beside synthetic ones"
    if search is None or search.donors != donors:
        listed = search.donors if search else 0
        return (
            f"class {item.label!r} has {donors:,} real training rows, of which "
            f"{listed:,} were searched"
        )
    return ""


def _search(
    donors: pa.Table, manifest: Manifest, told: Search, lot: smote.Lot
) -> tuple[smote.Model, str]:
    """Search as the run did, and say what came out otherwise."""
    columns = assign(donors.schema, manifest.config, manifest.features)
    standardize = manifest.config.strategy.standardize
    means = Means(accelerate=accelerates() and told.method == ACCELERATED)
    searched = search(donors, columns, k=told.k, standardize=standardize, means=means)
    order = smote.shuffle(lot, donors.num_rows)
    whole = donors.combine_chunks()
    model = smote.Model(whole, columns, searched.found, lot, order)
    if (searched.method, searched.recall) == (told.method, told.recall):
        return model, ""
    return model, (
        f"the neighbours of class {told.label!r} were found by {told.method} at a "
        f"recall of {told.recall:.4f}, here by {searched.method} at "
        f"{searched.recall:.4f}{otherwise(manifest)}"
    )
