"""A source of many parts: the same bytes for any shard, and one file for each part."""

from pathlib import Path

import pyarrow.dataset as ds
import pytest

from flows.pipeline import balance_dataset
from schemas.written import FileEntry
from tasks.algorithms.columns import source_schema
from tasks.planning import plan_resampling
from tasks.publishing import begin_attempt
from tasks.resampling import resample_shard
from tasks.running import DirectRunner
from tasks.storage import parquet
from tasks.storage import shards as shards_module
from tasks.storage.shards import part_rows, shards
from tasks.storage.workspace import directory
from tasks.survey import survey_source
from tests.datasets import request
from tests.tasks.attempts import SPLITS, config_of


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut parts of 80 rows, so that a small table has many."""
    monkeypatch.setattr(parquet, "_MOST_ROWS", 10)
    monkeypatch.setattr(shards_module, "_GROUPS_PER_PART", 8)


def _hashes(files: list[FileEntry]) -> dict[str, str]:
    return {entry.path.split("/", 2)[2]: entry.sha256 for entry in files}


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    "fields",
    [
        {"strategy": {"kind": "smote_under"}},
        {"strategy": {"kind": "random_over"}},
        *({"split": split, "holdout": 0.3, "seed": 2} for split in SPLITS.values()),
    ],
)
def test_the_size_of_a_shard_does_not_show_in_the_bytes(
    fields: dict[str, object], tmp_path: Path
) -> None:
    config = config_of(tmp_path, **fields)
    survey = survey_source.fn(config)
    plan = plan_resampling.fn(config, survey)
    schema = source_schema(survey)
    assert part_rows(schema) == 80
    written, scratch = [], []
    for parts in (1, 2, 7):
        attempt = begin_attempt.fn(config, survey, plan, None)
        results = [
            resample_shard.fn(shard, survey, plan, attempt)
            for shard in reversed(shards(survey.rows, schema, parts))
        ]
        written.append(_hashes([e for result in results for e in result.files]))
        kept = sorted((Path(directory(attempt)) / "scratch").rglob("*.parquet"))
        scratch.append([path.read_bytes() for path in kept])
    assert written[0] == written[1] == written[2]
    assert scratch[0] == scratch[1] == scratch[2]
    assert sum(name.startswith("train/part-") for name in written[0]) == 5


@pytest.mark.usefixtures("small_parts")
def test_a_table_of_many_parts_is_published_as_one_dataset(tmp_path: Path) -> None:
    config = request("glass", tmp_path, strategy={"kind": "smote"})
    outcome = balance_dataset(config, DirectRunner())
    folders = {Path(e.path).parent for e in outcome.manifest.files if e.rows}
    tables = {
        folder.name: ds.dataset(Path(outcome.root) / folder).to_table().num_rows
        for folder in folders
    }
    classes = outcome.manifest.classes
    assert tables["train"] == sum(item.train for item in classes)
    assert tables["holdout"] == sum(item.holdout for item in classes)
    assert tables["lineage"] == sum(item.synthetic for item in classes)
    assert all(check.success for check in outcome.manifest.checks)


@pytest.mark.usefixtures("small_parts")
def test_long_runs_of_synthetic_rows_are_cut_into_parts(tmp_path: Path) -> None:
    fields = {"strategy": {"kind": "smote"}, "evaluation": {"evaluator": "none"}}
    outcome = balance_dataset(
        request("hypothyroid", tmp_path, **fields), DirectRunner()
    )
    made = [e for e in outcome.manifest.files if "/train/synthetic-" in e.path]
    assert len(made) > 60
    assert {entry.rows for entry in made[:-1]} >= {80}
    told = [e for e in outcome.manifest.files if "/lineage/" in e.path]
    assert [entry.rows for entry in told] == [entry.rows for entry in made]
