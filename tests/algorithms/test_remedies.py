"""Probabilities come back to the real priors, in the way that is right for them."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from schemas.evaluation import EvaluationConfig, EvaluatorKind
from schemas.survey import Column
from tasks.algorithms.calibration import correct_priors
from tasks.algorithms.contest import Contest, Problem, Tables, most_likely
from tasks.algorithms.evaluate import evaluate
from tasks.algorithms.remedies import ENOUGH, remedy

Floats = npt.NDArray[np.float64]
ROWS, RARE = 2_000, 200
COLUMNS = (
    Column(name="x", type="double", role="numeric", nullable=False),
    Column(name="y", type="string", role="target", nullable=False),
)
PROBLEM = Problem("y", ("a", "b"), "b", COLUMNS)


def rows(seed: int) -> pa.Table:
    """Draw rows of two classes that overlap; a fifth of them is marked."""
    rng = np.random.default_rng(seed)
    y = np.arange(ROWS) < RARE
    x = rng.normal(size=ROWS) + 1.5 * y
    spared = np.arange(ROWS) % 5 == 0
    return pa.table({"x": x, "y": np.where(y, "b", "a"), "spared": spared})


def duplicated(table: pa.Table) -> pa.Table:
    times = np.where(np.array(table["y"]) == "b", (ROWS - RARE) // RARE, 1)
    return table.take(pa.array(np.repeat(np.arange(ROWS), times)))


def tables() -> Tables:
    train = rows(0)
    return Tables(train, duplicated(train), rows(1).drop_columns(["spared"]))


def contest(kind: EvaluatorKind, problem: Problem) -> Contest:
    return Contest(
        EvaluationConfig(evaluator=kind, trees=20, resamples=100), problem, 3
    )


SHIFTED = replace(PROBLEM, before=(1_800, 200), after=(200, 200))
UNSUITED = most_likely(np.array([[0.3, 0.7], [0.9, 0.1]]))


def test_the_formula_is_used_where_it_suffices() -> None:
    found, notes = remedy(contest(EvaluatorKind.KNN, SHIFTED), tables(), UNSUITED)
    assert notes == ()
    assert found is not None
    assert found.name == "corrected"
    half, real = np.array([0.5, 0.5]), np.array([0.9, 0.1])
    expected = correct_priors(UNSUITED.probabilities, half, real)
    np.testing.assert_allclose(found.prediction.probabilities, expected)
    assert found.prediction.codes.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("problem", "kind", "corrected"),
    [
        (PROBLEM, "random_forest", False),
        (replace(SHIFTED, after=(1_800, 200)), "random_forest", False),
        (replace(SHIFTED, weights=(9.0, 1.0)), "random_forest", False),
        (replace(SHIFTED, weights=(9.0, 1.0)), "knn", True),
        (replace(SHIFTED, after=(1_800, 200), weights=(0.5, 5.0)), "knn", False),
        (replace(SHIFTED, after=(1_800, 200), weights=(0.5, 5.0)), "xgboost", True),
    ],
)
def test_what_is_corrected_is_what_the_model_has_learnt(
    problem: Problem, kind: str, *, corrected: bool
) -> None:
    """Weights that a model does not heed have moved nothing."""
    found, _ = remedy(contest(EvaluatorKind(kind), problem), tables(), UNSUITED)
    assert (found is not None) == corrected


SPARED = replace(SHIFTED, spared="spared")


def test_calibration_is_that_of_scikit_learn_on_the_spared_rows() -> None:
    given = tables()
    found, notes = remedy(contest(EvaluatorKind.KNN, SPARED), given, UNSUITED)
    assert found is not None
    assert (found.name, notes) == ("calibrated", ())
    mine = given.balanced.to_pandas().query("not spared")
    assert found.train_rows == len(mine)
    scale = StandardScaler().fit(mine[["x"]].to_numpy())
    model = KNeighborsClassifier().fit(scale.transform(mine[["x"]].to_numpy()), mine.y)
    apart = given.asis.to_pandas().query("spared")
    expected = CalibratedClassifierCV(FrozenEstimator(model), method="sigmoid").fit(
        scale.transform(apart[["x"]].to_numpy()), apart.y
    )
    unseen = scale.transform(given.holdout.to_pandas()[["x"]].to_numpy())
    np.testing.assert_allclose(
        found.prediction.probabilities, expected.predict_proba(unseen), atol=1e-6
    )


@pytest.mark.parametrize("kind", [k for k in EvaluatorKind if k != "none"])
def test_after_duplication_calibration_helps_every_model(kind: EvaluatorKind) -> None:
    if kind is EvaluatorKind.XGBOOST:
        pytest.importorskip("xgboost")
    given = contest(kind, SPARED)
    found = evaluate(given.config, given.problem, tables(), given.seed)
    models = {model.name: model.scores for model in found.models}
    assert list(models) == ["baseline", "threshold_moved", "balanced", "calibrated"]
    assert models["calibrated"].brier < models["balanced"].brier
    assert models["calibrated"].log_loss < models["balanced"].log_loss


@pytest.mark.parametrize(("few", "calibrated"), [(ENOUGH - 1, False), (ENOUGH, True)])
def test_too_few_rows_to_calibrate_on_are_told(few: int, *, calibrated: bool) -> None:
    train = rows(0)
    place = np.flatnonzero((np.array(train["y"]) == "b") & np.array(train["spared"]))
    keep = np.ones(ROWS, bool)
    keep[place[few:]] = False
    given = replace(tables(), asis=train.filter(pa.array(keep)))
    found, notes = remedy(contest(EvaluatorKind.KNN, SPARED), given, UNSUITED)
    assert (found is not None) == calibrated
    assert bool(notes) != calibrated
    assert calibrated or f"{few} are of class 'b', fewer than {ENOUGH}" in notes[0]
