"""The evaluation agrees with scikit-learn written anew, on real datasets."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import f1_score, log_loss, roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from schemas.evaluation import EvaluationConfig, EvaluatorKind
from schemas.survey import Column, Role
from schemas.verdict import Evaluation
from tasks.algorithms.contest import NotComparableError, Problem, Tables
from tasks.algorithms.evaluate import evaluate
from tasks.algorithms.labels import encode
from tasks.algorithms.models import takes_weights
from tests.honesty import judged, labelled, noise

DATA = Path(__file__).parents[1] / "data"
TARGETS = {"glass": "Type", "horse_colic": "outcome", "hypothyroid": "Class"}
EVERY_SET = pytest.mark.parametrize("name", TARGETS)
SEED = 3


def role(field: pa.Field, target: str) -> Role:
    if field.name == target:
        return "target"
    return "categorical" if pa.types.is_string(field.type) else "numeric"


def load(name: str) -> tuple[Problem, Tables]:
    """Hold out every fourth row and repeat training rows until classes are even."""
    table, target = pq.read_table(DATA / f"{name}.parquet"), TARGETS[name]
    table = table.filter(table.column(target).is_valid())
    columns = tuple(
        Column(name=f.name, type=str(f.type), role=role(f, target), nullable=True)
        for f in table.schema
    )
    fourth = np.arange(len(table)) % 4 == 0
    train, holdout = table.filter(~fourth), table.filter(fourth)
    counts = train.column(target).to_pandas().astype(str).value_counts()
    problem = Problem(target, tuple(sorted(counts.index)), counts.index[-1], columns)
    return problem, Tables(train, repeat(train, target), holdout)


def repeat(train: pa.Table, target: str) -> pa.Table:
    groups = train.column(target).to_pandas().groupby(train.column(target).to_pandas())
    places = [np.asarray(rows) for rows in groups.indices.values()]
    most = max(map(len, places))
    return train.take(np.concatenate([np.resize(rows, most) for rows in places]))


def independent(kind: EvaluatorKind, frame: pd.DataFrame) -> Pipeline:
    """Write the pipeline anew, as a reader of the documentation would."""
    texts = list(frame.columns[frame.dtypes == "str"])
    numbers = [name for name in frame.columns if name not in texts]
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2
    )
    median = SimpleImputer(strategy="median", keep_empty_features=True)
    features = make_column_transformer((median, numbers), (encoder, texts))
    if kind is EvaluatorKind.KNN:
        return make_pipeline(features, StandardScaler(), KNeighborsClassifier())
    if kind is EvaluatorKind.RANDOM_FOREST:
        forest = RandomForestClassifier(n_estimators=15, random_state=SEED)
        return make_pipeline(features, forest)
    boosting = HistGradientBoostingClassifier(
        max_iter=15, early_stopping=False, random_state=SEED
    )
    return make_pipeline(features, boosting)


def run(kind: EvaluatorKind, problem: Problem, tables: Tables) -> Evaluation:
    config = EvaluationConfig(evaluator=kind, trees=15, resamples=200)
    return evaluate(config, problem, tables, SEED)


@EVERY_SET
@pytest.mark.parametrize("kind", ["random_forest", "knn", "hist_gradient_boosting"])
def test_scores_equal_an_independent_pipeline(name: str, kind: str) -> None:
    problem, tables = load(name)
    found = run(EvaluatorKind(kind), problem, tables)
    unseen = tables.holdout.to_pandas()
    truth = unseen.pop(problem.target).astype(str).map(problem.labels.index)
    seen = sorted(set(truth))
    for model, table in ((0, tables.asis), (2, tables.balanced)):
        frame = table.to_pandas()
        labels = frame.pop(problem.target).astype(str)
        fitted = independent(EvaluatorKind(kind), frame)
        with threadpool_limits(1):  # on a busy machine waiting threads take seconds
            fitted.fit(frame, labels.map(problem.labels.index))
            proba = fitted.predict_proba(unseen)
        scores = found.models[model].scores
        assert scores.macro_f1 == pytest.approx(
            f1_score(truth, proba.argmax(axis=1), labels=seen, average="macro"),
            abs=1e-9,
        )
        assert scores.log_loss == pytest.approx(
            log_loss(truth, proba, labels=range(len(problem.labels))), abs=1e-9
        )
        areas = [roc_auc_score(truth == c, proba[:, c]) for c in seen]
        assert scores.roc_auc == pytest.approx(np.mean(areas), abs=1e-9)


@EVERY_SET
def test_every_record_of_an_evaluation_fits_the_holdout(name: str) -> None:
    problem, tables = load(name)
    found = run(EvaluatorKind.RANDOM_FOREST, problem, tables)
    names = [model.name for model in found.models]
    assert names == ["baseline", "threshold_moved", "balanced"]
    asis, balanced = tables.asis.num_rows, tables.balanced.num_rows
    assert [model.train_rows for model in found.models] == [asis, asis, balanced]
    baseline, _, after = (model.scores.macro_f1 for model in found.models)
    assert found.difference == pytest.approx(after - baseline, abs=1e-12)
    for model in found.models:
        assert np.sum(model.confusion) == found.holdout_rows == len(tables.holdout)
        assert [report.label for report in model.per_class] == list(problem.labels)
        held_out = {report.label: report.support for report in model.per_class}
        assert bool(model.precision_recall.x) is (held_out[problem.minority] > 0)
        assert model.calibration.x
    assert Evaluation.model_validate_json(found.model_dump_json()) == found


def test_the_moved_threshold_changes_predictions_and_no_probability() -> None:
    baseline, moved, _ = run(EvaluatorKind.RANDOM_FOREST, *load("hypothyroid")).models
    assert moved.scores.brier == baseline.scores.brier
    assert moved.scores.roc_auc == baseline.scores.roc_auc
    assert moved.calibration == baseline.calibration
    assert moved.confusion != baseline.confusion


@pytest.mark.parametrize("kind", [k for k in EvaluatorKind if k != "none"])
def test_the_same_table_twice_makes_no_difference(kind: EvaluatorKind) -> None:
    problem, tables = load("glass")
    found = run(kind, problem, replace(tables, balanced=tables.asis))
    assert (found.difference, found.interval) == (0, (0, 0))
    assert found.verdict == "no difference"
    assert found.models[0].scores == found.models[2].scores


def test_absent_classes_are_noted() -> None:
    problem, tables = load("glass")
    absent = pa.array(["tableware", "containers"])
    keep = pc.invert(pc.is_in(tables.holdout.column("Type"), absent))
    found = run(
        EvaluatorKind.KNN,
        replace(problem, minority="headlamps"),
        replace(tables, holdout=tables.holdout.filter(keep), capped=True),
    )
    assert found.capped
    assert found.notes == (
        (
            "Left out of macro averages, for the holdout has no rows of them: "
            "'containers', 'tableware'."
        ),
    )


def test_a_large_holdout_of_all_classes_needs_no_note() -> None:
    problem, tables = load("horse_colic")
    assert run(EvaluatorKind.KNN, problem, tables).notes == ()


def test_a_score_that_rises_by_guessing_is_no_help() -> None:
    evaluation = EvaluationConfig(trees=5, resamples=100, confidence=0.6)
    trials = [
        judged(labelled(noise(400, 3, seed), seed), "smote", seed, evaluation)
        for seed in range(9)
    ]
    risen = [one for one in trials if one.interval[0] > 0 and one.verdict != "helped"]
    assert risen
    for one in risen:
        assert one.verdict == "no difference"
        assert "the balanced model may know nothing" in one.notes[-1]


@pytest.mark.parametrize("side", ["asis", "balanced", "holdout"])
@pytest.mark.parametrize("label", [None, "tableware"])
def test_fewer_than_two_classes_cannot_be_compared(
    side: str, label: str | None
) -> None:
    problem, tables = load("glass")
    table = getattr(tables, side)
    few = table.filter(pc.equal(table.column("Type"), pa.scalar(label, pa.string())))
    with pytest.raises(NotComparableError, match="fewer than two classes"):
        run(EvaluatorKind.KNN, problem, replace(tables, **{side: few}))


def test_an_unknown_label_is_refused() -> None:
    problem, tables = load("glass")
    with pytest.raises(ValueError, match="holdout holds a label that is not one of"):
        run(EvaluatorKind.KNN, replace(problem, labels=problem.labels[1:]), tables)


@pytest.mark.parametrize("kind", ["logistic_regression", "knn"])
def test_weights_of_rows_count_in_every_model(kind: str) -> None:
    problem, tables = load("horse_colic")
    weights = tuple(1.0 + 3 * place for place in range(len(problem.labels)))
    column = Column(name="w", type="double", role="weight", nullable=True)
    heavy = replace(problem, columns=(*problem.columns, column))

    def weighed(table: pa.Table) -> pa.Table:
        codes = encode(table.column(problem.target), problem.labels)
        return table.append_column("w", pa.array(np.array(weights)[codes]))

    own = Tables(*(weighed(t) for t in (tables.asis, tables.asis, tables.holdout)))
    found = run(EvaluatorKind(kind), heavy, own)
    same = replace(tables, balanced=tables.asis)
    by_class = run(EvaluatorKind(kind), replace(problem, weights=weights), same)
    expected = by_class.models[2].scores
    assert found.models[0].scores == found.models[2].scores == expected
    if kind == "knn":
        assert "every model was trained" in found.notes[-1]
    again = run(EvaluatorKind(kind), replace(heavy, weights=weights), own)
    assert (again.models[2].scores == expected) == (kind == "knn")


@pytest.mark.parametrize("kind", [k for k in EvaluatorKind if k != "none"])
def test_weights_count_rows_and_who_takes_none_says_so(kind: EvaluatorKind) -> None:
    problem, tables = load("horse_colic")
    same = replace(tables, balanced=tables.asis)
    weights = tuple(1.0 + 3 * place for place in range(len(problem.labels)))
    found = run(kind, replace(problem, weights=weights), same)
    baseline, balanced = found.models[0].scores, found.models[2].scores
    if not takes_weights(kind):
        assert baseline == balanced
        assert f"{kind} takes no weights" in found.notes[-1]
    else:
        assert baseline != balanced
        assert found.notes == ()
