"""Every version is whole and follows the one before, whoever else is running."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.manifest import Manifest
from schemas.records import Outcome
from schemas.written import Attempt
from tasks.planning import plan_resampling
from tasks.publishing import begin_attempt, discarded_on_error
from tasks.running import DirectRunner
from tasks.storage.commits import read_head
from tasks.storage.workspace import describe, directory, write_bytes
from tasks.survey import survey_source
from tests.tasks.attempts import config_of, write

TWINS = 4


def _run(config: BalanceConfig, **options: bool) -> Outcome:
    return balance_dataset(config, DirectRunner(), **options)


def _together(configs: Sequence[BalanceConfig], **options: bool) -> list[Outcome]:
    """Run all at once, from one moment on."""
    barrier = Barrier(len(configs))

    def start(config: BalanceConfig) -> Outcome:
        barrier.wait()
        return _run(config, **options)

    with ThreadPoolExecutor(len(configs)) as pool:
        return list(pool.map(start, configs))


def _log(root: Path) -> list[Manifest]:
    """Read all versions; each must follow the one before and have all its files."""
    texts = [path.read_bytes() for path in sorted((root / "_commits").glob("*.json"))]
    found = [Manifest.model_validate_json(text) for text in texts]
    assert [item.version for item in found] == list(range(1, len(found) + 1))
    assert [item.parent or 0 for item in found] == list(range(len(found)))
    for manifest in found:
        assert manifest.files
        for entry in manifest.files:
            assert describe(str(root), entry) == entry
    return found


def _check_latest(root: Path) -> None:
    head = read_head(str(root))
    assert head is not None
    latest = json.loads((root / "latest.json").read_text())
    assert latest["version"] == head.version
    assert json.loads((root / latest["manifest"]).read_text())["sha256"] == head.sha256
    for folder in ("train", "holdout"):
        listed = {e.path for e in head.files if f"/{folder}/" in e.path}
        there = {
            f"{latest[folder]}/{p.name}" for p in (root / latest[folder]).iterdir()
        }
        assert listed == there


def _folders(root: Path) -> set[str]:
    return {path.name for path in (root / "data").iterdir()}


def _told(found: Sequence[Manifest]) -> set[str]:
    return {manifest.files[0].path.split("/")[1] for manifest in found}


def _hashes(manifest: Manifest) -> dict[str, str]:
    return {entry.path.split("/", 2)[2]: entry.sha256 for entry in manifest.files}


def test_an_error_leaves_the_former_version_and_nothing_else(tmp_path: Path) -> None:
    former = _run(config_of(tmp_path))
    root = Path(former.root)
    config = config_of(tmp_path, seed=1)
    survey = survey_source.fn(config)
    plan = plan_resampling.fn(config, survey)
    attempt = begin_attempt.fn(config, survey, plan, 1)

    def fail() -> None:
        write_bytes(attempt, "train/part-00000.parquet", b"half")
        assert len(_folders(root)) == 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), discarded_on_error(attempt):
        fail()
    assert _log(root) == [former.manifest]
    assert _folders(root) == _told([former.manifest])
    assert not Path(directory(attempt)).exists()
    _check_latest(root)


def test_an_error_after_the_commit_takes_nothing_back(tmp_path: Path) -> None:
    outcome = _run(config_of(tmp_path))
    written = write(config_of(tmp_path, seed=1))
    committed = written.attempt.model_copy(
        update={
            "run_key": outcome.manifest.run_key,
            "attempt": outcome.manifest.attempt,
        }
    )
    with pytest.raises(ValueError, match="late"), discarded_on_error(committed):
        raise ValueError("late")
    assert _log(Path(outcome.root)) == [outcome.manifest]


@pytest.mark.parametrize("place", ["mixed", "mixed/deeper"])
def test_an_output_that_the_source_takes_in_is_refused(
    place: str, tmp_path: Path
) -> None:
    """Also where the name of the dataset leads into it: OUTPUT/NAME is what counts."""
    (tmp_path / place).mkdir(parents=True)
    config_of(tmp_path / place)
    config = config_of(tmp_path, source=str(tmp_path / "mixed"), output=str(tmp_path))
    with pytest.raises(UserError, match="lies inside the source"):
        _run(config)
    assert not (tmp_path / "mixed" / "_commits").exists()


def test_twins_publish_one_version(tmp_path: Path) -> None:
    outcomes = _together([config_of(tmp_path)] * TWINS)
    root = Path(outcomes[0].root)
    (only,) = _log(root)
    assert all(outcome.manifest == only for outcome in outcomes)
    assert _folders(root) == _told([only])
    _check_latest(root)
    assert _run(config_of(tmp_path)).status == "unchanged"


def test_twins_after_another_version_publish_one_more(tmp_path: Path) -> None:
    _run(config_of(tmp_path, seed=1))
    outcomes = _together([config_of(tmp_path)] * TWINS)
    found = _log(Path(outcomes[0].root))
    assert len(found) == 2
    assert {outcome.manifest.version for outcome in outcomes} == {2}
    _check_latest(Path(outcomes[0].root))


def test_concurrent_runs_of_different_configs_all_publish(tmp_path: Path) -> None:
    configs = [config_of(tmp_path, seed=seed) for seed in range(TWINS)]
    outcomes = _together(configs)
    root = Path(outcomes[0].root)
    found = _log(root)
    assert len(found) == TWINS
    assert {item.seed for item in found} == set(range(TWINS))
    for outcome, config in zip(outcomes, configs, strict=True):
        assert outcome.status == "published"
        assert outcome.manifest in found
        assert outcome.manifest.seed == config.seed
    assert _folders(root) == _told(found)
    _check_latest(root)


def test_a_mix_of_twins_and_others_publishes_each_config_once(tmp_path: Path) -> None:
    seeds = [0, 1, 0, 1, 2]
    outcomes = _together([config_of(tmp_path, seed=seed) for seed in seeds])
    root = Path(outcomes[0].root)
    found = _log(root)
    assert sorted(item.seed for item in found) == [0, 1, 2]
    assert [outcome.manifest.seed for outcome in outcomes] == seeds
    assert _folders(root) == _told(found)
    _check_latest(root)


def test_concurrent_bytes_are_those_of_a_run_alone(tmp_path: Path) -> None:
    alone = _run(config_of(tmp_path))
    configs = [config_of(tmp_path, seed=seed) for seed in range(TWINS)]
    again = _together(configs, force=True)[0]
    assert again.manifest.version > 1
    assert _hashes(again.manifest) == _hashes(alone.manifest)


def _gated(tmp_path: Path, **fields: object) -> BalanceConfig:
    """Ask for what is not evaluated to be published if it helped: it never is."""
    return config_of(tmp_path, publish="if_helped", **fields)


def test_a_version_without_the_verdict_is_held_back_whole(tmp_path: Path) -> None:
    outcome = _run(_gated(tmp_path))
    root = Path(outcome.root)
    assert (outcome.status, outcome.manifest.verdict) == ("held back", "not evaluated")
    assert outcome.evidence
    assert not (root / "_commits").exists()
    assert not (root / "latest.json").exists()
    for entry in outcome.manifest.files:
        assert describe(outcome.root, entry) == entry
    (folder,) = (root / "data").iterdir()
    told = {Path(entry.path).parts[2] for entry in outcome.manifest.files}
    assert {path.name for path in folder.iterdir()} == told | {"held-back.json"}
    html = (folder / "report" / "report.html").read_text()
    assert "Held back: nothing was evaluated" in html


def test_what_is_published_stays_while_others_are_held_back(tmp_path: Path) -> None:
    former = _run(config_of(tmp_path))
    root = Path(former.root)
    for seed in (1, 2, 3):
        outcome = _run(_gated(tmp_path, seed=seed))
        assert (outcome.status, outcome.manifest.version) == ("held back", 2)
        assert len(_folders(root)) == 2
    assert _log(root) == [former.manifest]
    _check_latest(root)
    again = _run(config_of(tmp_path, publish="if_helped"))
    assert (again.status, again.manifest) == ("unchanged", former.manifest)


def test_the_same_again_does_nothing_and_says_so(tmp_path: Path) -> None:
    first, second = _run(_gated(tmp_path)), _run(_gated(tmp_path))
    assert (second.status, second.evidence) == ("held back", None)
    assert second.manifest == first.manifest


def test_force_makes_what_is_held_back_anew(tmp_path: Path) -> None:
    first = _run(_gated(tmp_path))
    second = _run(_gated(tmp_path), force=True)
    assert (second.status, second.manifest.attempt) != (
        "held back",
        first.manifest.attempt,
    )
    assert _hashes(second.manifest) == _hashes(first.manifest)
    assert len(_folders(Path(first.root))) == 1


def test_an_opened_gate_publishes_what_was_held_back(tmp_path: Path) -> None:
    _run(_gated(tmp_path))
    opened = _run(config_of(tmp_path, publish="unless_hurt"))
    assert (opened.status, opened.manifest.version) == ("published", 1)
    assert _run(config_of(tmp_path, publish="always")).status == "unchanged"
    _check_latest(Path(opened.root))


def test_an_error_after_it_was_held_back_takes_nothing_back(tmp_path: Path) -> None:
    outcome = _run(_gated(tmp_path))
    manifest = outcome.manifest
    attempt = Attempt(
        root=outcome.root, run_key=manifest.run_key, attempt=manifest.attempt
    )
    with pytest.raises(ValueError, match="late"), discarded_on_error(attempt):
        raise ValueError("late")
    assert _run(_gated(tmp_path)).manifest == manifest


def test_twins_that_are_held_back_leave_one(tmp_path: Path) -> None:
    outcomes = _together([_gated(tmp_path)] * TWINS)
    assert {outcome.status for outcome in outcomes} == {"held back"}
    assert len(_folders(Path(outcomes[0].root))) == 1
