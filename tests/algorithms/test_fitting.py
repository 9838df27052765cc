"""One candidate in one split equals scikit-learn and imbalanced-learn, written anew."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from imblearn.under_sampling import RandomUnderSampler
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV

from schemas.contest import APPROACHES, Approach
from schemas.evaluation import EvaluatorKind, Metric
from schemas.survey import Column
from schemas.tournament import Candidate
from tasks.algorithms.contest import Problem
from tasks.algorithms.features import to_frame
from tasks.algorithms.fitting import Answer, Sides, fit
from tasks.algorithms.labels import encode
from tasks.algorithms.learner import Rules
from tasks.algorithms.metrics import scores
from tests.algorithms.arenas import drawn, real

FOREST = EvaluatorKind.RANDOM_FOREST
LOGISTIC = EvaluatorKind.LOGISTIC_REGRESSION


def tried(  # noqa: PLR0913 - all but three have a default
    approach: Approach,
    split: Sides,
    problem: Problem,
    *,
    learner: EvaluatorKind = FOREST,
    ratio: float | None = None,
    rules: Rules | None = None,
    seed: int = 0,
) -> Answer:
    candidate = Candidate(approach=approach, ratio=ratio, learner=learner)
    return fit(candidate, split, problem, rules or Rules(trees=20), seed)


def halves(table: pa.Table) -> Sides:
    even = np.arange(table.num_rows) % 2 == 0
    return Sides(table.filter(pa.array(even)), table.filter(pa.array(~even)))


def y_of(rows: pa.Table, problem: Problem) -> np.ndarray:
    return encode(rows.column(problem.target), problem.labels)


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_the_reference_protocol_gives_the_scores_of_a_stock_implementation(
    class_weight: str | None,
) -> None:
    """StratifiedKFold(5, shuffle, random_state 0), a forest of 100 trees, on glass."""
    table, problem = real("glass")
    approach = Approach.WEIGHTS if class_weight else Approach.NONE
    x, y = table.drop(["Type"]).to_pandas().to_numpy(), y_of(table, problem)
    splitter = StratifiedKFold(5, shuffle=True, random_state=0)
    for train, validation in splitter.split(x, y):
        stock = RandomForestClassifier(100, random_state=0, class_weight=class_weight)
        expected = stock.fit(x[train], y[train]).predict_proba(x[validation])
        split = Sides(table.take(pa.array(train)), table.take(pa.array(validation)))
        answer = tried(approach, split, problem, rules=Rules(trees=100))
        np.testing.assert_allclose(answer.prediction.probabilities, expected)
        found = scores(y[validation], *answer.prediction)
        predicted = stock.predict(x[validation])
        assert found.macro_f1 == pytest.approx(
            f1_score(y[validation], predicted, average="macro", zero_division=0)
        )
        assert found.roc_auc == pytest.approx(
            roc_auc_score(y[validation], expected, multi_class="ovr", average="macro")
        )
        one_hot = np.eye(len(problem.labels))[y[validation]]
        assert found.average_precision == pytest.approx(
            average_precision_score(one_hot, expected, average="macro")
        )


@pytest.mark.parametrize("approach", APPROACHES)
@pytest.mark.parametrize("learner", [FOREST, LOGISTIC, EvaluatorKind.KNN])
def test_what_was_learnt_does_not_depend_on_the_validation_rows(
    approach: Approach, learner: EvaluatorKind
) -> None:
    if approach is Approach.WEIGHTS and learner is EvaluatorKind.KNN:
        pytest.skip("takes no weights")
    table, problem = drawn(300)
    split = halves(table)
    few = split._replace(validation=split.validation.slice(10, 5))
    ratio = 0.5 if "_" in approach or approach is Approach.SMOTE else None
    whole, part = (
        tried(approach, sides, problem, learner=learner, ratio=ratio, seed=3)
        for sides in (split, few)
    )
    np.testing.assert_array_equal(
        whole.prediction.probabilities[10:15], part.prediction.probabilities
    )
    np.testing.assert_array_equal(whole.prediction.codes[10:15], part.prediction.codes)
    assert whole.threshold == part.threshold
    assert whole.train_rows == part.train_rows


def test_weights_of_rows_are_heeded_as_those_of_classes_are() -> None:
    table, problem = drawn(400)
    plain = halves(table)
    y = y_of(plain.train, problem)
    balancing = len(y) / (2 * np.bincount(y))
    codes = y_of(table, problem)
    own = table.append_column("w", pa.array(balancing[codes]))
    weight = Column(name="w", type="double", role="weight", nullable=True)
    heavy = replace(problem, columns=(*problem.columns, weight))
    by_rows = tried(Approach.NONE, halves(own), heavy)
    by_classes = tried(Approach.WEIGHTS, plain, problem)
    np.testing.assert_array_equal(
        by_rows.prediction.probabilities, by_classes.prediction.probabilities
    )
    as_they_are = tried(Approach.NONE, plain, problem)
    assert (as_they_are.prediction.codes != by_rows.prediction.codes).any()


def test_a_threshold_is_as_good_as_that_of_scikit_learn() -> None:
    table, problem = drawn(1_500, effect=1.5)
    split = halves(table)
    rules = Rules(metric=Metric.BALANCED_ACCURACY)
    answer = tried(Approach.THRESHOLD, split, problem, learner=LOGISTIC, rules=rules)
    assert answer.threshold is not None
    plain = tried(Approach.NONE, split, problem, learner=LOGISTIC)
    np.testing.assert_array_equal(
        answer.prediction.probabilities, plain.prediction.probabilities
    )
    frame = to_frame(table, problem.columns)[["x", "y"]].fillna(0)
    train, unseen = frame[::2], frame[1::2]
    y, truth = y_of(split.train, problem), y_of(split.validation, problem)
    stock = TunedThresholdClassifierCV(
        LogisticRegression(), scoring="balanced_accuracy", random_state=0
    ).fit(train, y)
    assert answer.threshold == pytest.approx(stock.best_threshold_, abs=0.05)
    ours, theirs = (
        (truth[truth == 1] == predicted[truth == 1]).mean()
        for predicted in (answer.prediction.codes, stock.predict(unseen))
    )
    assert ours == pytest.approx(theirs, abs=0.1)
    usual = plain.prediction.codes[truth == 1].mean()
    assert ours > usual + 0.3


def test_logistic_regression_after_undersampling_is_corrected_to_the_real_prior() -> (
    None
):
    table, problem = drawn(8_000, share=0.05, effect=1.0)
    split = halves(table)
    raw, corrected = (
        tried(approach, split, problem, learner=LOGISTIC, ratio=1.0)
        for approach in (Approach.RANDOM_UNDER, Approach.RANDOM_UNDER_CORRECTED)
    )
    truth = y_of(split.validation, problem)
    before, after = (
        scores(truth, *answer.prediction).brier for answer in (raw, corrected)
    )
    assert after < before / 3
    mean = corrected.prediction.probabilities[:, 1].mean()
    assert mean == pytest.approx(truth.mean(), abs=0.01)
    assert raw.prediction.probabilities[:, 1].mean() > 0.3
    assert raw.train_rows == corrected.train_rows


def test_undersampling_has_the_rows_of_imbalanced_learn() -> None:
    table, problem = drawn(400)
    split = halves(table)
    answer = tried(Approach.RANDOM_UNDER, split, problem, ratio=0.5)
    y = y_of(split.train, problem)
    stock = RandomUnderSampler(sampling_strategy=0.5, random_state=0)
    kept, _ = stock.fit_resample(pd.DataFrame({"y": y}), y)
    assert answer.train_rows == len(kept)


@pytest.mark.parametrize("approach", APPROACHES)
def test_a_class_that_was_never_seen_is_never_predicted(approach: Approach) -> None:
    table, problem = real("ecoli")
    rare = pa.array(np.isin(table.column("class").to_pylist(), ["imL", "imS"]))
    split = halves(table)
    split = split._replace(
        train=table.filter(pa.compute.invert(rare)), validation=table.filter(rare)
    )
    ratio = 0.5 if "_" in approach or approach is Approach.SMOTE else None
    prediction = tried(approach, split, problem, ratio=ratio).prediction
    unseen = [problem.labels.index(name) for name in ("imL", "imS")]
    assert not prediction.probabilities[:, unseen].any()
    assert not np.isin(prediction.codes, unseen).any()
    np.testing.assert_allclose(prediction.probabilities.sum(axis=1), 1)


def test_one_class_alone_is_all_that_is_predicted() -> None:
    table, problem = drawn(60)
    only = table.filter(pa.compute.equal(table.column("label"), "no"))
    for approach in (Approach.NONE, Approach.THRESHOLD, Approach.WEIGHTS):
        answer = tried(approach, Sides(only, table), problem)
        assert not answer.prediction.codes.any()
        assert answer.threshold is None


def test_a_group_is_not_split_when_a_threshold_is_tuned() -> None:
    table, problem = drawn(600, effect=0.0)
    half = halves(table)
    twice = pa.concat_tables([half.train, half.train])
    groups = np.tile(np.arange(half.train.num_rows), 2)
    honest, fooled = (
        tried(Approach.THRESHOLD, Sides(twice, half.validation, given), problem)
        for given in (groups, None)
    )
    assert honest.threshold != fooled.threshold


def test_a_sampler_is_fitted_to_the_training_rows_alone() -> None:
    table, problem = drawn(300)
    split = halves(table)
    few = split._replace(validation=split.validation.slice(10, 5))
    candidate = Candidate(
        approach=Approach.SAMPLER, sampler="SMOTETomek", ratio=0.5, learner=FOREST
    )
    whole, part = (
        fit(candidate, sides, problem, Rules(trees=5), 3) for sides in (split, few)
    )
    assert whole.train_rows == part.train_rows > split.train.num_rows
    np.testing.assert_array_equal(
        whole.prediction.probabilities[10:15], part.prediction.probabilities
    )
