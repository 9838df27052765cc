"""The accelerated scikit-learn is used where it is there, unless it is switched off."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.pipeline import balance_dataset
from tasks.acceleration import SWITCH, accelerates
from tasks.algorithms.exact import ACCELERATED, TREE
from tasks.rederiving import check_derived
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


@pytest.mark.skipif(not THERE, reason="scikit-learn-intelex is not installed")
def test_a_search_by_it_is_told_and_made_again_by_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    columns = {f"x{place}": random.normal(size=400) for place in range(TREE + 1)}
    table = pa.table(columns | {"kind": ["a"] * 300 + ["b"] * 100})
    pq.write_table(table, tmp_path / "mixed.parquet")
    outcome = balance_dataset(config_of(tmp_path, ignore=[]), DirectRunner())
    assert [item.method for item in outcome.manifest.searches] == [ACCELERATED]
    assert "scikit-learn-intelex" in outcome.manifest.environment.packages
    root = str(tmp_path / "out" / "mixed")
    assert check_derived(root, outcome.manifest).success
    monkeypatch.setenv(SWITCH, "0")
    otherwise = check_derived(root, outcome.manifest)
    assert not otherwise.success
    assert otherwise.note
    assert f"were found by {ACCELERATED}" in otherwise.note
