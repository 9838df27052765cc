"""Honesty: what balancing does to probabilities, and that it can be undone."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.linear_model import LogisticRegression

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.records import Outcome
from tasks.algorithms.recalibration import intercept
from tasks.running import DirectRunner
from tasks.storage.places import places
from tasks.unbalancing import unbalance
from tests.datasets import request

RARE = 0.01
FEATURES = [f"x{place}" for place in range(6)]


def rare(path: Path, rows: int) -> str:
    """Write rows of a logistic model with a class of one in a hundred."""
    rng = np.random.default_rng(11)
    x = rng.normal(size=(rows, len(FEATURES)))
    logits = x @ np.array([1.0, -0.8, 0.6, 0, 0, 0])
    shift = np.quantile(logits - rng.logistic(size=rows), 1 - RARE)
    y = logits - shift > rng.logistic(size=rows)
    columns = dict(zip(FEATURES, x.T, strict=True))
    pq.write_table(pa.table({**columns, "y": pa.array(y)}), path)
    return str(path)


def read(outcome: Outcome, part: str) -> pa.Table:
    folder = Path(str(places(outcome.root, outcome.manifest)[part]))
    return pa.concat_tables(map(pq.read_table, sorted(folder.glob("*.parquet"))))


def test_undersampled_probabilities_are_wrong_by_the_prior_until_unbalanced(
    tmp_path: Path,
) -> None:
    config = BalanceConfig.model_validate(
        {
            "source": rare(tmp_path / "rare.parquet", 120_000),
            "target": "y",
            "output": str(tmp_path / "out"),
            "holdout": 0.5,
            "strategy": {"kind": "random_under"},
            "evaluation": {"evaluator": "logistic_regression", "resamples": 100},
        }
    )
    outcome = balance_dataset(config, DirectRunner())
    train, holdout = read(outcome, "train"), read(outcome, "holdout")
    model = LogisticRegression().fit(
        train.select(FEATURES).to_pandas().to_numpy(), np.array(train["y"])
    )
    said = model.predict_proba(holdout.select(FEATURES).to_pandas().to_numpy())
    source, out = tmp_path / "p.parquet", tmp_path / "q.parquet"
    pq.write_table(pa.table({"false": said[:, 0], "true": said[:, 1]}), source)
    manifest = str(places(outcome.root, outcome.manifest)["manifest"])
    unbalance(manifest, str(source), str(out))
    corrected, happened = np.array(pq.read_table(out)["true"]), np.array(holdout["y"])
    prior = happened.mean()
    before, after = intercept(happened, said[:, 1]), intercept(happened, corrected)
    assert before == pytest.approx(np.log(prior / (1 - prior)), abs=0.25)
    assert after == pytest.approx(0, abs=0.25)

    assert outcome.evidence is not None
    assert outcome.evidence.evaluation is not None
    brier = {one.name: one.scores.brier for one in outcome.evidence.evaluation.models}
    assert brier["balanced"] > 0.1
    assert brier["corrected"] == pytest.approx(brier["baseline"], abs=0.0005)
    assert ((corrected - happened) ** 2).mean() == pytest.approx(
        brier["corrected"], abs=0.0002
    )


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
