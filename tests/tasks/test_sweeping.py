"""The next run removes what killed ones left, and does its own work whatever comes."""

import logging
import os
from pathlib import Path

import pytest

from flows.pipeline import balance_dataset
from schemas.errors import UserError
from tasks.running import DirectRunner
from tasks.storage.commits import manifest_path
from tasks.sweeping import AGE, leftovers_age, sweep_leftovers
from tests.tasks.attempts import config_of

DAY = 86_400


def _leave(root: Path, days: float) -> Path:
    """Leave what a run leaves that is killed while it writes."""
    folder = root / "data" / "0123456789abcdef-0123456789ab" / "train"
    folder.mkdir(parents=True)
    for name in ("part-00000.parquet", ".part-00001.parquet.ab.tmp"):
        path = folder / name
        path.write_bytes(b"half")
        then = path.stat().st_mtime - days * DAY
        os.utime(path, (then, then))
    return folder.parent


@pytest.mark.parametrize("days", [6, 8])
def test_the_next_run_removes_what_is_a_week_old(
    days: float, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = balance_dataset(config_of(tmp_path), DirectRunner())
    left = _leave(Path(first.root), days)
    with caplog.at_level(logging.INFO):
        again = balance_dataset(config_of(tmp_path), DirectRunner())
    assert again.status == "unchanged"
    assert left.exists() == (days < 7)
    assert (f"removed {left}" in caplog.text) == (days > 7)


def test_the_age_may_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = balance_dataset(config_of(tmp_path), DirectRunner())
    left = _leave(Path(first.root), 2)
    monkeypatch.setenv(AGE, "1.5")
    sweep_leftovers.fn(first.root)
    assert not left.exists()


@pytest.mark.parametrize("given", ["0", "-1", "soon", "nan", "inf"])
def test_an_age_that_is_none_is_refused(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AGE, given)
    with pytest.raises(UserError, match=r"EVENKEEL_LEFTOVERS_DAYS is .* above 0"):
        leftovers_age()


def test_what_cannot_be_swept_fails_no_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = balance_dataset(config_of(tmp_path), DirectRunner())
    balance_dataset(config_of(tmp_path, seed=1), DirectRunner())
    left = _leave(Path(first.root), 8)
    Path(first.root, manifest_path(1)).write_text("{}")  # who knows what it lists
    with caplog.at_level(logging.WARNING):
        again = balance_dataset(config_of(tmp_path, seed=1), DirectRunner())
    assert again.status == "unchanged"
    assert "leftovers stay: " in caplog.text
    assert left.exists()


def test_the_next_run_points_to_what_a_killed_one_published(tmp_path: Path) -> None:
    first = balance_dataset(config_of(tmp_path), DirectRunner())
    latest = Path(first.root, "latest.json")
    former = latest.read_bytes()
    balance_dataset(config_of(tmp_path, seed=1), DirectRunner())
    right = latest.read_bytes()
    latest.write_bytes(former)  # as if killed between the commit and this
    again = balance_dataset(config_of(tmp_path, seed=1), DirectRunner())
    assert again.status == "unchanged"
    assert latest.read_bytes() == right != former
