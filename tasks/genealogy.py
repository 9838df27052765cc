"""Genealogy: every synthetic row has parents, trained on, and follows from them.

Reads lineage back from the files; how a row is made is in algorithms.smote.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.plan import ResamplePlan
from schemas.survey import Survey
from schemas.written import Attempt, Check, FileEntry
from tasks.algorithms import smote
from tasks.algorithms.distances import Positions
from tasks.algorithms.routing import Routed
from tasks.algorithms.selection import draws
from tasks.algorithms.sides import deciding
from tasks.reading import source_rows
from tasks.recounting import SYNTHETIC
from tasks.routes import decide_rows
from tasks.searching import prepared, searched, synthesised
from tasks.storage.workspace import open_part
from tasks.synthesis import LINEAGE

_SAMPLED = 64  # rows of each class that are made again
_STREAM = 2**32 - 1
Pair = tuple[FileEntry, FileEntry]
"""Synthetic rows, and their lineage."""


def _lineages(files: Sequence[FileEntry]) -> dict[int, list[Pair]]:
    """Pair the files of synthetic rows with those of their lineage, class by class."""
    entries = {entry.path: entry for entry in files}
    found: dict[int, list[Pair]] = defaultdict(list)
    for path in sorted(entries):
        before, lineage, number = path.partition("/lineage/synthetic-")
        if lineage:
            made = entries[f"{before}{SYNTHETIC}{number}"]
            found[int(number.partition("-")[0])].append((made, entries[path]))
    return found


def check_lineage(
    plan: ResamplePlan, attempt: Attempt, files: Sequence[FileEntry]
) -> Check:
    """Hold lineage against the synthetic rows: one line for each, in file order."""
    told, wrong = 0, []
    lineages = _lineages(files)
    for code in synthesised(plan):
        label = plan.classes[code].label
        for entry, lineage in lineages[code]:
            table = open_part(attempt.root, lineage).read(["file", "row", "label"])
            told += table.num_rows
            if not table.equals(_places(entry, label)):
                wrong.append(entry.path)
    made = sum(item.synthetic for item in plan.classes)
    return Check(
        name="lineage",
        success=not wrong and told == made,
        note=f"{told:,} lines tell of {made:,} synthetic rows in file order"
        + (f"; not those of {', '.join(wrong)}" if wrong else ""),
    )


def _places(entry: FileEntry, label: str) -> pa.Table:
    rows = entry.rows or 0
    name = "/".join(entry.path.split("/")[-2:])
    return pa.table(
        {
            "file": pa.repeat(name, rows),
            "row": np.arange(rows),
            "label": pa.repeat(label, rows),
        },
        schema=pa.schema([LINEAGE.field(at) for at in ("file", "row", "label")]),
    )


def check_parents(
    survey: Survey, plan: ResamplePlan, attempt: Attempt, files: Sequence[FileEntry]
) -> Check:
    """Route the source's rows anew and look every parent up among the training rows."""
    lineages = _lineages(files)
    wanted = {
        code: _ordinals(lineages[code], survey.rows, attempt)
        for code in synthesised(plan)
    }
    seen = dict.fromkeys(wanted, 0)
    if wanted:
        for first, routed in _routes(survey, plan, attempt):
            train = routed.times > 0
            for code, ordinals in wanted.items():
                low, high = np.searchsorted(ordinals, [first, first + len(train)])
                places = ordinals[low:high] - first
                mine = train[places] & (routed.codes[places] == code)
                seen[code] += int(mine.sum())
    total = sum(map(len, wanted.values()))
    return Check(
        name="parents",
        success=sum(seen.values()) == total,
        note=f"{sum(seen.values()):,} of {total:,} parents are training rows of their "
        "class",
    )


def _ordinals(lineages: Sequence[Pair], rows: int, attempt: Attempt) -> Positions:
    """List the parents of a class, each once, in order: a mask sorts them for less.

    One that no row of the source has comes out as the one beyond the last.
    """
    named = np.zeros(rows + 1, np.bool_)
    for _, lineage in lineages:
        table = open_part(attempt.root, lineage).read(["parent", "neighbour"])
        for column in table.columns:
            told = column.drop_null().to_numpy().view(np.uint64)
            named[np.minimum(told, rows)] = True
    return np.flatnonzero(named)


def _routes(
    survey: Survey, plan: ResamplePlan, attempt: Attempt
) -> Iterator[tuple[int, Routed]]:
    columns = deciding(plan.target, plan.key, plan.split)
    for first, table in source_rows(survey, columns):
        yield first, decide_rows(table, first, plan, attempt)


def check_sample(
    survey: Survey, plan: ResamplePlan, attempt: Attempt, files: Sequence[FileEntry]
) -> Check:
    """Make a sample of the synthetic rows again from the parents they name.

    The second parent must be one of the neighbours found for the first.
    """
    tried, wrong = 0, []
    lineages = _lineages(files)
    for code in searched(plan):
        model, ordinals = prepared(code, survey, plan, attempt)
        entry, told = lineages[code][0]
        made, lineage = (
            open_part(attempt.root, e).read_row_group(0) for e in (entry, told)
        )
        places = _some(min(made.num_rows, lineage.num_rows), plan.seed)
        made = made.take(pa.array(places))
        drawn = _drawn(lineage, places, ordinals.to_numpy())
        around = model.found.neighbours[drawn.parents]
        related = (around == drawn.neighbours[:, np.newaxis]).any(axis=1).all()
        again = _again(model, drawn, around)
        tried += len(places)
        if not (related and all(map(_same, made.columns, again.columns))):
            wrong.append(entry.path)
    return Check(
        name="re-derived",
        success=not wrong,
        note=f"{tried:,} synthetic rows made again from their parents"
        + (f"; different in {', '.join(wrong)}" if wrong else ""),
    )


def _again(model: smote.Model, drawn: smote.Drawn, around: Positions) -> pa.Table:
    """Make rows anew from a table of the donors they need."""
    parts = drawn.parents, drawn.neighbours, around.reshape(-1)
    needed = np.unique(np.concatenate(parts))
    few = model.donors.take(pa.array(needed))
    parents, neighbours, near = (np.searchsorted(needed, part) for part in parts)
    there = smote.Drawn(parents, neighbours, drawn.lam)
    return smote.rederive(few, model.columns, there, near.reshape(around.shape))


def _same(made: pa.ChunkedArray, again: pa.ChunkedArray) -> bool:
    return bool(_values(made).equals(_values(again)))


def _values(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decode dictionaries, whose levels may be in any order; NaN equals nothing."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    return column


def _some(rows: int, seed: int) -> Positions:
    words = draws(seed, _STREAM, 0, rows)
    return np.sort(np.argsort(words)[:_SAMPLED])


def _drawn(lineage: pa.Table, places: Positions, ordinals: Positions) -> smote.Drawn:
    """Find the donors again, which are in the order of their ordinals."""
    told = lineage.take(pa.array(places))
    parents, neighbours = (
        np.searchsorted(ordinals, told.column(role).to_numpy())
        for role in ("parent", "neighbour")
    )
    return smote.Drawn(parents, neighbours, told.column("lam").to_numpy())
