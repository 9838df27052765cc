"""Honesty: what balancing does to probabilities, and that it can be undone."""

from pathlib import Path

import numpy as np
import pytest

from flows.pipeline import balance_dataset
from tasks.running import DirectRunner
from tests.datasets import request
from tests.rare_priors import undersampled


def test_undersampled_probabilities_are_wrong_by_the_prior_until_unbalanced(
    tmp_path: Path,
) -> None:
    found = undersampled(tmp_path)
    logit = np.log(found.prior / (1 - found.prior))
    assert found.before == pytest.approx(logit, abs=0.25)
    assert found.after == pytest.approx(0, abs=0.25)
    brier = found.evaluated
    assert brier["balanced"] > 0.1
    assert brier["corrected"] == pytest.approx(brier["baseline"], abs=0.0005)
    assert found.brier == pytest.approx(brier["corrected"], abs=0.0002)


@pytest.mark.parametrize("name", ["bank_marketing", "adult"])
def test_a_forest_ranks_worse_and_finds_more_after_undersampling(
    name: str, tmp_path: Path
) -> None:
    fields = {
        "strategy": {"kind": "random_under"},
        "evaluation": {"trees": 60, "resamples": 100},
    }
    outcome = balance_dataset(request(name, tmp_path, **fields), DirectRunner())
    assert outcome.evidence is not None
    found = outcome.evidence.evaluation
    assert found is not None
    models = {model.name: model for model in found.models}
    baseline, balanced = models["baseline"], models["balanced"]
    recall = [
        {one.label: one.recall for one in model.per_class}[found.minority]
        for model in (baseline, balanced)
    ]
    assert (balanced.scores.average_precision or 1) < (
        baseline.scores.average_precision or 0
    )
    assert balanced.scores.balanced_accuracy > baseline.scores.balanced_accuracy + 0.02
    assert recall[1] > recall[0] + 0.1
    assert models["corrected"].scores.brier < balanced.scores.brier
    assert models["corrected"].scores.log_loss < balanced.scores.log_loss
