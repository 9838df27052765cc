"""Samplers by name in a run: exact counts, genealogy where it is told, and refusals."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from schemas.errors import UserError, VerificationError
from schemas.manifest import Manifest
from schemas.records import Outcome
from schemas.written import Check
from tasks import guarding, planning
from tasks.auditing import audit
from tasks.planning import plan_resampling
from tasks.publishing import begin_attempt
from tasks.repeating import check_repeated
from tasks.running import DirectRunner
from tasks.samplers import run_sampler
from tasks.storage.memory import LIMIT
from tasks.survey import survey_source
from tests import matches
from tests.tasks import attempts
from tests.tasks.attempts import change_cell, config_of, rewrite


def run(folder: Path, name: str, **fields: object) -> Outcome:
    strategy = {"kind": f"sampler:{name}", "k_neighbors": 3}
    config = config_of(folder, strategy=strategy, **fields)
    return balance_dataset(config, DirectRunner())


def read(outcome: Outcome, pattern: str) -> pa.Table:
    first = Path(outcome.root, outcome.manifest.files[0].path)
    version = next(p for p in first.parents if p.parent.name == "data")
    return pa.concat_tables([pq.read_table(f) for f in sorted(version.glob(pattern))])


def redone(outcome: Outcome) -> Check:
    (found,) = (c for c in audit(outcome.root, 1) if c.name == "re-derived")
    assert all(check.success for check in audit(outcome.root, 1))
    return found


def test_what_only_adds_is_made_again_by_verify(tmp_path: Path) -> None:
    outcome = run(tmp_path, "BorderlineSMOTE")
    manifest = outcome.manifest
    assert manifest.sampler is not None
    assert manifest.sampler.params == {"k_neighbors": 3}
    assert manifest.sampler.traceable is False
    assert "not traceable" in manifest.decision.notes[-1]
    lineage = read(outcome, "lineage/*.parquet")
    assert lineage.num_rows == sum(item.synthetic for item in manifest.classes) > 0
    assert lineage.column("parent").null_count == lineage.num_rows
    assert "rows made again by BorderlineSMOTE" in redone(outcome).note


def test_what_is_changed_afterwards_is_found_by_verify(tmp_path: Path) -> None:
    outcome = run(tmp_path, "SMOTE")
    manifest = outcome.manifest
    entry = next(e for e in manifest.files if "/train/synthetic-" in e.path)
    path = Path(outcome.root, entry.path)
    pq.write_table(change_cell("town", 3, "w")(pq.read_table(path)), path)
    found = check_repeated(outcome.root, manifest)
    assert not found.success
    assert "row 3 of what was made is not what SMOTE gives in 'town'" in found.note


def test_what_also_drops_says_what_cannot_be_checked(tmp_path: Path) -> None:
    outcome = run(tmp_path, "SMOTEENN")
    assert any(item.dropped for item in outcome.manifest.classes)
    assert "SMOTEENN saw rows that a version does not hold" in redone(outcome).note


def test_what_only_chooses_is_traceable(tmp_path: Path) -> None:
    outcome = run(tmp_path, "NearMiss", evaluation={"trees": 3, "resamples": 100})
    manifest = outcome.manifest
    assert manifest.sampler is not None
    assert manifest.sampler.traceable
    assert {item.train for item in manifest.classes} == {10}
    train = read(outcome, "train/*.parquet")
    source = pq.read_table(manifest.source.uri)
    assert train.equals(source.take(train.column("id")))
    assert "made no row" in redone(outcome).note
    report = Path(outcome.root, _report(manifest)).read_text()
    assert "NearMiss of imbalanced-learn" in report


def _report(manifest: Manifest) -> str:
    return next(e.path for e in manifest.files if e.path.endswith("report.html"))


def test_a_smoothed_copy_has_its_parent_in_lineage(tmp_path: Path) -> None:
    strategy = {
        "kind": "sampler",
        "name": "RandomOverSampler",
        "params": {"shrinkage": 0.3},
    }
    outcome = balance_dataset(config_of(tmp_path, strategy=strategy), DirectRunner())
    assert outcome.manifest.sampler
    assert outcome.manifest.sampler.traceable
    lineage = read(outcome, "lineage/*.parquet")
    labels = pq.read_table(outcome.manifest.source.uri).column("kind")
    parents = lineage.column("parent").combine_chunks()
    assert labels.take(parents).to_pylist() == lineage.column("label").to_pylist()
    assert lineage.column("neighbour").null_count == lineage.num_rows
    assert all(check.success for check in audit(outcome.root, 1))


def test_it_is_judged_and_run_again_does_nothing(tmp_path: Path) -> None:
    judged = {"evaluation": {"trees": 3, "resamples": 100}}
    first, second = (run(tmp_path, "SMOTETomek", **judged) for _ in range(2))
    assert (first.status, second.status) == ("published", "unchanged")
    assert first.evidence is not None
    assert first.evidence.evaluation is not None
    assert [one.name for one in first.evidence.evaluation.models][-1] == "balanced"
    assert first.evidence.findings is not None
    assert first.evidence.findings.memorisation


CHANGES: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "a level that is none": (change_cell("town", 0, "w"), "'town' has a level"),
    "a number beyond": (change_cell("age", 0, 999), "'age' lies outside"),
    "an infinite float": (change_cell("size", 0, float("inf")), "'size' is not finite"),
    "an identifier": (change_cell("id", 0, 7), "'id' is not null"),
}


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES)
def test_an_impossible_row_is_not_published(
    change: Callable[[pa.Table], pa.Table], said: str, tmp_path: Path
) -> None:
    written = attempts.write(config_of(tmp_path, strategy={"kind": "sampler:SMOTE"}))
    assert all(check.success for check in attempts.checks(written))
    with pytest.raises(VerificationError, match=f"plausible: .*{said}"):
        attempts.checks(rewrite(written, "/train/synthetic-", change))


def test_what_is_beyond_the_budget_is_refused_before_the_sampler_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "BUDGET", 1_000)
    with pytest.raises(UserError, match="on 1,000 numbers at most, and 298 training"):
        run(tmp_path, "SMOTE")
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_what_the_machine_has_no_memory_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LIMIT, "300MB")
    with pytest.raises(UserError, match="this run needs about"):
        run(tmp_path, "SMOTE")


def test_levels_count_once_they_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan reckons with two levels of each category; there are three."""
    monkeypatch.setattr(guarding, "obtainable", lambda _: 410_000_000 + 48 * 298 * 5)
    config = config_of(tmp_path, strategy={"kind": "sampler:SMOTE"})
    survey = survey_source.fn(config)
    monkeypatch.setattr(planning, "check_memory", lambda *_, **__: None)
    plan = plan_resampling.fn(config, survey)
    attempt = begin_attempt.fn(config, survey, plan, None)
    with pytest.raises(UserError, match=r"on 1,490 numbers at most.*levels of 'town'"):
        run_sampler.fn(config, survey, plan, attempt)


def test_a_class_that_would_be_gone_is_refused(tmp_path: Path) -> None:
    strategy = {
        "kind": "sampler:EditedNearestNeighbours",
        "params": {"sampling_strategy": "all"},
    }
    with pytest.raises(UserError, match="leaves no row of class 'mid'"):
        balance_dataset(config_of(tmp_path, strategy=strategy), DirectRunner())


def test_keys_that_may_not_be_null_may_be_where_rows_are_made(tmp_path: Path) -> None:
    table = attempts.mixed_table()
    at = table.schema.get_field_index("id")
    schema = table.schema.set(at, table.schema.field(at).with_nullable(False))
    pq.write_table(table.cast(schema), tmp_path / "mixed.parquet")
    assert run(tmp_path, "SMOTE").status == "published"
    assert run(tmp_path, "RandomUnderSampler").status == "published"


def test_the_sampler_that_a_tournament_recommends_is_run(tmp_path: Path) -> None:
    one = matches.candidate("sampler", 0.5).model_copy(update={"sampler": "SMOTE"})
    made = matches.results({matches.candidate("none"): 0.0, one: 0.1})
    board = matches.leaderboard(made)
    assert board.recommendation.candidate == one
    config = config_of(tmp_path, strategy={"kind": "evidence", "k_neighbors": 3})
    plan = plan_resampling.fn(config, survey_source.fn(config), board)
    assert plan.sampler is not None
    assert plan.sampler.name == "SMOTE"
    assert plan.sampler.params == {
        "k_neighbors": 3,
        "sampling_strategy": {"mid": 120, "small": 120},
    }
