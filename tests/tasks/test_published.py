"""What is published or held back is found if it is what a run would make, and whole."""

import logging
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.manifest import Manifest
from schemas.records import Outcome
from tasks.published import (
    find_held_back,
    find_published,
    measure_drift,
    published_drift,
    published_evaluation,
    published_version,
)
from tasks.running import DirectRunner
from tasks.storage.workspace import absolute
from tasks.survey import survey_source
from tests.tasks.attempts import LABELS, config_of, mixed_table


def _run(config: BalanceConfig) -> Outcome:
    return balance_dataset(config, DirectRunner())


def _hashes(manifest: Manifest) -> dict[str, str]:
    return {entry.path.split("/", 2)[2]: entry.sha256 for entry in manifest.files}


def test_nothing_is_found_before_the_first_run(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    found = find_published.fn(config, survey_source.fn(config))
    assert (found.version, found.unchanged) == (None, None)
    with pytest.raises(UserError, match="nothing is published"):
        published_version(str(tmp_path / "out" / "mixed"))


def test_what_is_published_is_found_by_the_same_config_alone(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    outcome = _run(config)
    survey = survey_source.fn(config)
    assert find_published.fn(config, survey).unchanged == outcome.manifest
    other = find_published.fn(config_of(tmp_path, seed=1), survey)
    assert (other.version, other.unchanged) == (1, None)
    assert published_version(outcome.root) == (outcome.manifest, outcome.root)
    assert published_evaluation(outcome.manifest, outcome.root) is None


@pytest.mark.parametrize("part", ["/train/", "/holdout/", "/lineage/", "report.html"])
@pytest.mark.parametrize("harm", ["missing", "truncated"])
def test_a_version_that_is_not_whole_is_published_anew(
    harm: str, part: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_of(tmp_path)
    first = _run(config)
    entry = next(e for e in first.manifest.files if part in e.path)
    path = Path(absolute(first.root, entry.path))
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with caplog.at_level(logging.WARNING):
        second = _run(config)
    assert (second.status, second.manifest.version) == ("published", 2)
    assert f"version 1 lacks {entry.path}" in caplog.text
    assert _hashes(second.manifest) == _hashes(first.manifest)
    assert _run(config).status == "unchanged"


def _held_back(config: BalanceConfig) -> Outcome | None:
    survey = survey_source.fn(config)
    return find_held_back.fn(config, survey, find_published.fn(config, survey))


def test_what_is_held_back_is_found_by_the_same_config_and_gate(tmp_path: Path) -> None:
    config = config_of(tmp_path, publish="if_helped")
    assert _held_back(config) is None
    made = _run(config)
    assert made.status == "held back"
    found = _held_back(config)
    assert found
    assert (found.manifest, found.evidence) == (made.manifest, None)
    assert _held_back(config_of(tmp_path, publish="if_helped", seed=1)) is None
    assert _held_back(config_of(tmp_path, publish="unless_hurt")) is None


def test_after_another_version_it_is_made_anew(tmp_path: Path) -> None:
    config = config_of(tmp_path, publish="if_helped")
    _run(config)
    _run(config_of(tmp_path, seed=1))
    assert _held_back(config) is None
    assert _run(config).manifest.version == 2


def test_held_back_and_not_whole_it_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_of(tmp_path, publish="if_helped")
    made = _run(config)
    Path(absolute(made.root, made.manifest.files[0].path)).unlink()
    with caplog.at_level(logging.WARNING):
        again = _run(config)
    assert "making it anew" in caplog.text
    assert again.status == "held back"
    assert again.evidence
    assert _hashes(again.manifest) == _hashes(made.manifest)


def _grow(config: BalanceConfig) -> None:
    """Give the source as many rows again, all of the class small."""
    table = mixed_table()
    place = table.schema.get_field_index("kind")
    small = pa.array(["small"] * len(LABELS), pa.string())
    more = table.set_column(place, table.schema.field(place), small)
    pq.write_table(pa.concat_tables([table, more]), config.source)


def test_drift_is_measured_since_the_published_version(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    first = _run(config)
    survey = survey_source.fn(config)
    published = find_published.fn(config, survey)
    assert published.counts == survey.counts
    still = measure_drift.fn(config, survey, published)
    assert still
    assert not still.moved
    _grow(config)
    grown = survey_source.fn(config)
    moved = measure_drift.fn(config, grown, published)
    assert moved
    assert moved.moved
    assert moved.before == {"big": 300, "mid": 60, "small": 12}
    assert moved.after == {"big": 300, "mid": 60, "small": 388}
    second = _run(config)
    assert second.evidence
    assert second.evidence.drift == moved
    assert published_drift(second.manifest, second.root) == moved
    assert published_drift(first.manifest, first.root) is None


def test_without_a_version_or_with_another_target_there_is_no_drift(
    tmp_path: Path,
) -> None:
    config = config_of(tmp_path)
    survey = survey_source.fn(config)
    assert measure_drift.fn(config, survey, find_published.fn(config, survey)) is None
    _run(config)
    other = config_of(tmp_path, target="town")
    survey = survey_source.fn(other)
    assert measure_drift.fn(other, survey, find_published.fn(other, survey)) is None


def test_what_lies_with_a_version_that_lost_its_report_is_nothing(
    tmp_path: Path,
) -> None:
    outcome = _run(config_of(tmp_path))
    for entry in outcome.manifest.files:
        if "/report/" in entry.path:
            Path(absolute(outcome.root, entry.path)).unlink()
    assert published_drift(outcome.manifest, outcome.root) is None
    assert published_evaluation(outcome.manifest, outcome.root) is None
