"""An attempt written by the real stages, and files of it that are tampered with."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.config import BalanceConfig
from schemas.plan import ResamplePlan
from schemas.survey import Survey
from schemas.written import Attempt, Check, FileEntry, Shard, ShardResult
from tasks.planning import plan_resampling
from tasks.publishing import begin_attempt
from tasks.resampling import resample_shard
from tasks.samplers import run_sampler
from tasks.searching import search_neighbours, searched
from tasks.storage.workspace import absolute, describe
from tasks.survey import survey_source
from tasks.synthesis import parts, synthesise_part
from tasks.verification import verify

SPLITS: dict[str, dict[str, object]] = {
    "groups apart": {"kind": "group", "column": "town"},
    "holdout newer": {"kind": "time", "column": "age"},
    "holdout as named": {"kind": "column", "column": "town", "values": ["x"]},
}
"""Ways to part the mixed table, by the check that looks after them."""
LABELS = ["big"] * 300 + ["mid"] * 60 + ["small"] * 12 + [None] * 4


class Written(NamedTuple):
    """An attempt whose data is written and not yet verified."""

    survey: Survey
    plan: ResamplePlan
    attempt: Attempt
    results: tuple[ShardResult, ...]
    files: tuple[FileEntry, ...]


def mixed_table() -> pa.Table:
    """Make 376 rows of mixed columns: three classes, and four rows of none."""
    rng, rows = np.random.default_rng(5), len(LABELS)
    size = rng.normal(size=rows)
    size[::17] = np.nan
    return pa.table(
        {
            "id": pa.array(range(rows)),
            "size": pa.array(size, from_pandas=True),
            "age": pa.array(rng.integers(0, 99, rows), pa.int16()),
            "town": pa.array(rng.choice(["x", "y", "z"], rows)),
            "kind": pa.array(rng.permutation(np.array(LABELS, object)), pa.string()),
        }
    )


def config_of(folder: Path, **fields: object) -> BalanceConfig:
    """Ask for the mixed table to be balanced, dropping and synthesising rows."""
    folder.mkdir(exist_ok=True)
    source = folder / "mixed.parquet"
    if not source.exists():
        pq.write_table(mixed_table(), source)
    return BalanceConfig.model_validate(
        {
            "source": str(source),
            "target": "kind",
            "ignore": ["id"],
            "output": str(folder / "out"),
            "strategy": {"kind": "smote_under"},
            "contract": {"nullable": True},
            "evaluation": {"evaluator": "none"},
            **fields,
        }
    )


def write(config: BalanceConfig) -> Written:
    """Take the stages from the survey to the last data file."""
    survey = survey_source.fn(config)
    plan = plan_resampling.fn(config, survey)
    attempt = begin_attempt.fn(config, survey, plan, None)
    if plan.sampler:
        plan = run_sampler.fn(config, survey, plan, attempt)
    real = resample_shard.fn(Shard(start=0, stop=survey.rows), survey, plan, attempt)
    for code in searched(plan):
        search_neighbours.fn(code, survey, plan, attempt)
    made = [
        synthesise_part.fn(part, survey, plan, attempt) for part in parts(plan, survey)
    ]
    files = (*real.files, *(entry for one in made for entry in one.files))
    return Written(survey, plan, attempt, (real,), files)


def checks(written: Written) -> tuple[Check, ...]:
    """Verify."""
    return verify.fn(*written)


def find(written: Written, part: str) -> FileEntry:
    """Find the first file whose path has a part."""
    return next(entry for entry in written.files if part in entry.path)


def path_of(written: Written, entry: FileEntry) -> Path:
    """Give the place of a file."""
    return Path(absolute(written.attempt.root, entry.path))


def rewrite(
    written: Written, part: str, change: Callable[[pa.Table], pa.Table]
) -> Written:
    """Write a file with other rows, and list it as if it had always been so."""
    entry = find(written, part)
    path = path_of(written, entry)
    table = change(pq.read_table(path))
    pq.write_table(table, path)
    now = describe(written.attempt.root, entry)
    told = now.model_copy(update={"rows": table.num_rows})
    files = [told if item == entry else item for item in written.files]
    return written._replace(files=tuple(files))


def change_cell(column: str, row: int, value: object) -> Callable[[pa.Table], pa.Table]:
    """Make a change of one value."""

    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        values = table.column(place).to_pylist()
        values[row] = value
        field = table.schema.field(place)
        return table.set_column(place, field, pa.array(values, field.type))

    return change


def take(rows: Sequence[int]) -> Callable[[pa.Table], pa.Table]:
    """Make a change of which rows there are, and of their order."""
    return lambda table: table.take(pa.array(rows))
