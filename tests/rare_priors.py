"""What undersampling does to the probabilities of a rare class, and how it is undone.

Shared by tests and benchmarks.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.linear_model import LogisticRegression

from flows.pipeline import balance_dataset
from schemas.config import BalanceConfig
from schemas.records import Outcome
from tasks.algorithms.recalibration import intercept
from tasks.running import DirectRunner
from tasks.storage.places import places
from tasks.unbalancing import unbalance

RARE = 0.01
FEATURES = [f"x{place}" for place in range(6)]


class Undone(NamedTuple):
    """What a model of balanced rows says of a holdout, and once it was corrected."""

    prior: float
    """Of the rare class, in the holdout."""
    before: float
    """Calibration intercept; 0 where probabilities are right on the whole."""
    after: float
    brier: float
    """Of the corrected probabilities."""
    evaluated: dict[str, float]
    """Brier scores of a run's own evaluation: baseline, balanced, corrected."""


def undersampled(folder: Path, rows: int = 120_000) -> Undone:
    """Balance a rare class to 1:1, train on it, and correct what is predicted.

    Args:
        folder: Gets source, versions and predictions.
        rows: Of the source; half are held out.
    """
    outcome = balance_dataset(
        BalanceConfig.model_validate(
            {
                "source": _rare(folder / "rare.parquet", rows),
                "target": "y",
                "output": str(folder / "out"),
                "holdout": 0.5,
                "strategy": {"kind": "random_under"},
                "evaluation": {"evaluator": "logistic_regression", "resamples": 100},
            }
        ),
        DirectRunner(),
    )
    train, holdout = (_read(outcome, part) for part in ("train", "holdout"))
    model = LogisticRegression().fit(_numbers(train), np.array(train["y"]))
    said = model.predict_proba(_numbers(holdout))
    source, out = folder / "p.parquet", folder / "q.parquet"
    pq.write_table(pa.table({"false": said[:, 0], "true": said[:, 1]}), source)
    manifest = str(places(outcome.root, outcome.manifest)["manifest"])
    unbalance(manifest, str(source), str(out))
    corrected, happened = np.array(pq.read_table(out)["true"]), np.array(holdout["y"])
    return Undone(
        float(happened.mean()),
        intercept(happened, said[:, 1]) or 0,
        intercept(happened, corrected) or 0,
        float(((corrected - happened) ** 2).mean()),
        _evaluated(outcome),
    )


def _rare(path: Path, rows: int) -> str:
    """Write rows of a logistic model with a class of one in a hundred."""
    rng = np.random.default_rng(11)
    x = rng.normal(size=(rows, len(FEATURES)))
    logits = x @ np.array([1.0, -0.8, 0.6, 0, 0, 0])
    shift = np.quantile(logits - rng.logistic(size=rows), 1 - RARE)
    y = logits - shift > rng.logistic(size=rows)
    columns = dict(zip(FEATURES, x.T, strict=True))
    pq.write_table(pa.table({**columns, "y": pa.array(y)}), path)
    return str(path)


def _read(outcome: Outcome, part: str) -> pa.Table:
    folder = Path(str(places(outcome.root, outcome.manifest)[part]))
    return pa.concat_tables(map(pq.read_table, sorted(folder.glob("*.parquet"))))


def _numbers(table: pa.Table) -> np.ndarray:
    return np.asarray(table.select(FEATURES).to_pandas().to_numpy())


def _evaluated(outcome: Outcome) -> dict[str, float]:
    if outcome.evidence is None or outcome.evidence.evaluation is None:
        return {}
    models = outcome.evidence.evaluation.models
    return {one.name: one.scores.brier for one in models}
