"""The accelerated scikit-learn is used where it is there, unless it is switched off."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from flows.pipeline import balance_dataset
from tasks.acceleration import SWITCH, accelerates
from tasks.running import DirectRunner
from tests.tasks.attempts import config_of

THERE = find_spec("sklearnex") is not None
FOREST = {"evaluator": "random_forest", "trees": 10}


@pytest.mark.parametrize("value", [None, "1", ""])
def test_it_is_used_where_it_is_installed(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SWITCH, raising=False)
    if value is not None:
        monkeypatch.setenv(SWITCH, value)
    assert accelerates() == THERE


def test_nought_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "0")
    assert not accelerates()


@pytest.mark.parametrize(
    ("switch", "evaluator", "used"),
    [
        ("1", "random_forest", THERE),
        ("0", "random_forest", False),
        ("1", "hist_gradient_boosting", False),
    ],
)
def test_the_manifest_names_it_only_when_it_was_used(
    switch: str,
    evaluator: str,
    used: bool,  # noqa: FBT001 - a parameter of the test
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SWITCH, switch)
    asked = config_of(tmp_path, evaluation=FOREST | {"evaluator": evaluator})
    outcome = balance_dataset(asked, DirectRunner())
    packages = outcome.manifest.environment.packages
    assert ("scikit-learn-intelex" in packages) == used
    assert outcome.evidence
    assert outcome.evidence.evaluation
    assert outcome.evidence.evaluation.accelerated == used
    assert "faiss-cpu" in packages
