"""What is doubtful is found by the stage, told everywhere, and changes no row."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.findings import Findings
from schemas.manifest import Manifest
from schemas.records import Outcome
from tasks.algorithms.cautions import cautions
from tasks.inspecting import inspect_rows
from tasks.running import DirectRunner
from tasks.storage.commits import data_folder
from tests.tasks.attempts import config_of, mixed_table, write

JUDGED = {"evaluation": {"evaluator": "knn", "resamples": 100}}


def inspected(config: BalanceConfig) -> Findings:
    survey, plan, attempt, *_ = write(config)
    found = inspect_rows.fn(config, survey, plan, attempt)
    assert found is not None
    return found


def leaky(folder: Path, **fields: object) -> BalanceConfig:
    """Repeat a third of the rows, and add a column that copies the target."""
    config = config_of(folder, **JUDGED, **fields)
    table = mixed_table()
    table = pa.concat_tables([table, table.slice(0, table.num_rows // 3)])
    table = table.append_column("status", table.column("kind"))
    pq.write_table(table, config.source)
    return config


def test_honest_rows_are_not_suspected(tmp_path: Path) -> None:
    found = inspected(config_of(tmp_path, **JUDGED))
    assert found.overlap.rows == 74
    assert found.overlap.others == 298
    assert found.overlap.distinct > 290
    assert found.overlap.repeated == 1  # as old, in the same town, and of no size
    assert found.giveaways == ()
    assert [one.label for one in found.rarities] == ["small", "mid"]
    assert [one.label for one in found.memorisation] == ["mid", "small"]


def test_repeated_rows_and_a_copy_of_the_target_are_found(tmp_path: Path) -> None:
    config = leaky(tmp_path)
    found = inspected(config)
    source = pq.read_table(config.source)
    kept, held = _split(config)
    features = ["size", "age", "town", "kind"]
    known = set(map(repr, kept.select(features).to_pylist()))
    again = [repr(row) in known for row in held.select(features).to_pylist()]
    assert source.num_rows == kept.num_rows + held.num_rows + _unlabelled(source)
    assert found.overlap.repeated == found.overlap.same_label == sum(again) > 10
    assert [(one.column, one.label) for one in found.giveaways] == [("status", None)]


def _split(config: BalanceConfig) -> tuple[pa.Table, pa.Table]:
    plain = config_of(Path(config.source).parent, strategy={"kind": "none"})
    outcome = balance_dataset(plain, DirectRunner())
    folder = Path(outcome.root) / data_folder(outcome.manifest)
    return pq.read_table(folder / "train"), pq.read_table(folder / "holdout")


def _unlabelled(table: pa.Table) -> int:
    return int(table.column("kind").null_count)


def test_a_sample_says_so(tmp_path: Path) -> None:
    config = leaky(tmp_path)
    capped = config.evaluation.model_copy(update={"max_rows": 50})
    found = inspected(config.model_copy(update={"evaluation": capped}))
    assert found.overlap.sampled
    assert found.overlap.rows < 90


@pytest.mark.parametrize("strategy", ["smote", "smote_under", "random_over"])
def test_only_synthetic_rows_are_measured(strategy: str, tmp_path: Path) -> None:
    config = config_of(tmp_path, strategy={"kind": strategy}, **JUDGED)
    survey, plan, attempt, *_ = write(config)
    found = inspect_rows.fn(config, survey, plan, attempt)
    assert found is not None
    made = {item.label: item for item in plan.classes if item.synthetic}
    assert [one.label for one in found.memorisation] == list(made)
    for one in found.memorisation:
        assert one.synthetic == made[one.label].synthetic
        assert one.real == made[one.label].kept
        assert one.closer > 0.5


def test_nothing_is_looked_at_that_is_not_evaluated(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    survey, plan, attempt, *_ = write(config)
    assert inspect_rows.fn(config, survey, plan, attempt) is None


def test_what_was_found_is_told_everywhere_and_changes_no_row(tmp_path: Path) -> None:
    config = leaky(tmp_path, strategy={"kind": "smote"})
    outcome = balance_dataset(config, DirectRunner())
    told = cautions(outcome.manifest.findings)
    assert [sentence.split()[0] for sentence in told[:2]] == ["40", "Column"]
    assert told[-1].startswith("No verdict is possible on class 'small'")
    folder = Path(outcome.root) / data_folder(outcome.manifest)
    page = (folder / "report" / "report.html").read_text()
    brief = (folder / "report" / "report.md").read_text()
    assert "Mind this" in page
    assert "How new they are" in page
    assert all(sentence[:40] in brief for sentence in told)
    metrics = json.loads((folder / "report" / "metrics.json").read_text())
    assert Findings.model_validate(metrics["findings"]) == outcome.manifest.findings
    plain = config_of(tmp_path, strategy={"kind": "smote"})
    other = balance_dataset(plain, DirectRunner())
    assert other.manifest.findings is None
    assert _rows(outcome) == _rows(other)


def _rows(outcome: Outcome) -> dict[str, str]:
    manifest: Manifest = outcome.manifest
    paths = {entry.path.split("/", 2)[2]: entry.sha256 for entry in manifest.files}
    return {path: sha for path, sha in paths.items() if "report" not in path}


def test_dictionaries_and_moments_are_compared_as_well(tmp_path: Path) -> None:
    config = config_of(tmp_path, **JUDGED)
    table = mixed_table()
    moments = np.datetime64("2026-01-01", "us") + np.arange(table.num_rows) * 10**9
    town = table.column("town").dictionary_encode()
    table = table.set_column(3, "town", town).append_column("at", pa.array(moments))
    pq.write_table(table, config.source)
    found = inspected(config)
    assert found.overlap.repeated == 0
    assert len(found.memorisation) == 2
