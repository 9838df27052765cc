"""A run that would not fit is refused before anything is written."""

from pathlib import Path

import pytest

from flows.pipeline import balance_dataset
from schemas.errors import UserError
from tasks.guarding import check_comparison_memory, check_memory
from tasks.planning import draft, plan_resampling
from tasks.running import DirectRunner
from tasks.sampling import plan_comparison
from tasks.storage.memory import LIMIT
from tasks.survey import survey_source
from tests.datasets import request


def test_a_run_beyond_the_limit_is_refused_with_the_numbers_and_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(LIMIT, "300MB")
    config = request("glass", tmp_path, strategy={"kind": "smote"})
    with pytest.raises(UserError) as error:
        balance_dataset(config, DirectRunner())
    message = str(error.value)
    assert message.startswith("this run needs about 0.")
    assert "and can have 0.30 GB" in message
    assert "the program itself" in message
    assert LIMIT in message
    assert not list(tmp_path.iterdir())


def test_a_tournament_beyond_the_limit_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = request("glass", tmp_path)
    survey = survey_source.fn(config)
    monkeypatch.setenv(LIMIT, "64GB")
    assert plan_comparison.fn(config, survey).classes
    monkeypatch.setenv(LIMIT, "300MB")
    with pytest.raises(UserError, match=r"needs about 0\.35 GB.*can have 0\.30 GB"):
        plan_comparison.fn(config, survey)
    monkeypatch.setenv(LIMIT, "64GB")
    huge = {"rare": 10**7, "usual": 10**8}
    with pytest.raises(UserError, match=r"evened: lower tournament\.max_rows"):
        check_comparison_memory(config, survey, huge)


def test_a_run_within_the_limit_is_planned(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = request("glass", tmp_path, strategy={"kind": "smote"})
    survey = survey_source.fn(config)
    monkeypatch.setenv(LIMIT, "64GB")
    assert plan_resampling.fn(config, survey).classes
    monkeypatch.setenv(LIMIT, "300000000")
    with pytest.raises(UserError, match="this run needs"):
        plan_resampling.fn(config, survey)


def test_where_the_machine_tells_nothing_all_is_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = request("glass", tmp_path)
    survey = survey_source.fn(config)
    monkeypatch.setattr("tasks.guarding.obtainable", lambda _: None)
    check_memory(config, survey, draft(config, survey)[1])
