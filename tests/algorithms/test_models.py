"""Laws of the models: one answer for one seed, and nothing learnt from unseen rows."""

import subprocess
import sys
from importlib.util import find_spec
from multiprocessing import cpu_count
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

from schemas.errors import UserError
from schemas.evaluation import Encoding, EvaluatorKind
from schemas.survey import Column, Role
from tasks.algorithms.classifiers import balances_itself, can_accelerate
from tasks.algorithms.features import to_frame
from tasks.algorithms.labels import Codes
from tasks.algorithms.models import fit_predict, learnt_counts, make, takes_weights

KINDS = [kind for kind in EvaluatorKind if kind is not EvaluatorKind.NONE]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
ACCELERATED = pytest.mark.skipif(
    not find_spec("sklearnex"), reason="has no wheel for this platform"
)
FOREST = EvaluatorKind.RANDOM_FOREST
ROLES: dict[str, Role] = {"x": "numeric", "hole": "numeric", "shape": "categorical"}
COLUMNS = [Column(name=n, type="", role=r, nullable=True) for n, r in ROLES.items()]
CLASSES = 3


def rows(seed: int, count: int = 120) -> tuple[pd.DataFrame, Codes]:
    """Draw rows whose class shows in both a number and a category, with gaps."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, CLASSES, count).astype(np.int32)
    x = rng.normal(codes * 3.0)
    table = pa.table(
        {
            "x": pa.array(x, mask=rng.random(count) < 0.1),
            "hole": pa.array([None] * count, pa.float64()),
            "shape": pa.array(np.array(["o", "s", "t"])[codes], mask=x > 6),
        }
    )
    return to_frame(table, COLUMNS), codes


@EVERY_KIND
def test_every_evaluator_learns(kind: EvaluatorKind) -> None:
    unseen, truth = rows(2)
    found = fit_predict(make(kind, 20, 0, COLUMNS), *rows(1), unseen, CLASSES)
    assert found.shape == (120, CLASSES)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    assert np.mean(found.argmax(axis=1) == truth) > 0.85


@EVERY_KIND
def test_the_seed_decides_the_bytes(kind: EvaluatorKind) -> None:
    unseen, _ = rows(2)
    for seed in (0, 2**63 - 1):
        one, again = (
            fit_predict(make(kind, 20, seed, COLUMNS), *rows(1), unseen, CLASSES)
            for _ in range(2)
        )
        assert one.tobytes() == again.tobytes()


@EVERY_KIND
def test_a_prediction_does_not_depend_on_other_unseen_rows(kind: EvaluatorKind) -> None:
    unseen, _ = rows(2)
    whole, part = (
        fit_predict(make(kind, 20, 0, COLUMNS), *rows(1), some, CLASSES)
        for some in (unseen, unseen[40:60])
    )
    np.testing.assert_array_equal(whole[40:60], part)


@EVERY_KIND
def test_a_class_without_training_rows_has_probability_zero(
    kind: EvaluatorKind,
) -> None:
    features, codes = rows(1)
    some = codes != 1
    found = fit_predict(
        make(kind, 20, 0, COLUMNS), features[some], codes[some], features, CLASSES
    )
    assert (found[:, 1] == 0).all()
    assert (found[:, [0, 2]] > 0).any(axis=0).all()


@EVERY_KIND
def test_levels_and_gaps_unseen_in_training_are_no_error(kind: EvaluatorKind) -> None:
    features, codes = rows(1)
    full = features.dropna(subset=["x", "shape"])
    strange = pd.DataFrame({"x": [np.nan, 1.0], "hole": [1.0, np.nan]})
    strange["shape"] = pd.Series(["new", None], dtype="str")
    found = fit_predict(
        make(kind, 20, 0, COLUMNS), full, codes[full.index], strange, CLASSES
    )
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


@EVERY_KIND
def test_categories_become_what_was_asked_for(kind: EvaluatorKind) -> None:
    """Four of them: three shapes, and missing."""
    numbers = 2
    wide, narrow, usual = (
        make(kind, 5, 0, COLUMNS, encoding=encoding)[0].fit_transform(rows(1)[0])
        for encoding in (Encoding.ONE_HOT, Encoding.ORDINAL, Encoding.AUTO)
    )
    assert (wide[:, numbers:].sum(axis=1) == 1).all()
    assert (wide.shape[1], narrow.shape[1]) == (numbers + 4, numbers + 1)
    linear = kind is EvaluatorKind.LOGISTIC_REGRESSION
    np.testing.assert_array_equal(usual, wide if linear else narrow)


def test_a_one_hot_forest_is_that_of_a_stock_pipeline() -> None:
    (features, codes), (unseen, _) = rows(1), rows(2)
    found = fit_predict(
        make(FOREST, 20, 0, COLUMNS, encoding=Encoding.ONE_HOT),
        features,
        codes,
        unseen,
        CLASSES,
    )
    coded = ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median"), ["x"]),
            ("shapes", OneHotEncoder(handle_unknown="ignore"), ["shape"]),
        ]
    )
    hole = np.zeros((len(features), 1))  # a column without a value is all alike
    x = np.hstack([coded.fit_transform(features), hole])[:, [0, 5, 1, 2, 3, 4]]
    y = np.hstack([coded.transform(unseen), hole])[:, [0, 5, 1, 2, 3, 4]]
    stock = RandomForestClassifier(20, random_state=0).fit(x, codes)
    np.testing.assert_array_equal(found, stock.predict_proba(y))


@ACCELERATED
@EVERY_KIND
def test_an_accelerated_model_is_as_good_and_keeps_the_laws(
    kind: EvaluatorKind,
) -> None:
    features, codes = rows(1)
    unseen, truth = rows(2)
    stock, fast, again, part = (
        fit_predict(
            make(kind, 100, 3, COLUMNS, accelerate=accelerate),
            features,
            codes,
            some,
            CLASSES,
        )
        for accelerate, some in (
            (False, unseen),
            (True, unseen),
            (True, unseen),
            (True, unseen[40:60]),
        )
    )
    assert fast.tobytes() == again.tobytes()
    np.testing.assert_array_equal(fast[40:60], part)
    right, right_too = (np.mean(p.argmax(1) == truth) for p in (stock, fast))
    assert right_too == pytest.approx(right, abs=0.05)
    assert can_accelerate(kind) == (stock.tobytes() != fast.tobytes())


@ACCELERATED
def test_an_accelerated_forest_bears_small_and_gappy_sets() -> None:
    features, codes = rows(1)
    some = codes != 1
    for chosen in (some, [int(np.argmax(codes == code)) for code in (0, 2)]):
        model = make(FOREST, 20, 0, COLUMNS, accelerate=True)
        found = fit_predict(
            model,
            features.iloc[chosen] if isinstance(chosen, list) else features[chosen],
            codes[chosen],
            features,
            CLASSES,
        )
        assert (found[:, 1] == 0).all()
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
        # Else scikit-learn would have trained it after all.
        assert hasattr(model.named_steps["model"], "_onedal_estimator")


DIGEST = """
import sys, hashlib
from tests.algorithms.test_models import *
model = make(FOREST, 50, 0, COLUMNS, accelerate=True)
model.named_steps["model"].n_jobs = int(sys.argv[1])
found = fit_predict(model, *rows(1, 5_000), rows(2, 3_000)[0], CLASSES)
print(hashlib.sha256(found.tobytes()).hexdigest())
"""


@ACCELERATED
def test_the_number_of_threads_does_not_change_an_accelerated_forest() -> None:
    told = [
        subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", DIGEST, threads],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for threads in ("1", "2", "7")
    ]
    assert told[0]
    assert len(set(told)) == 1


@ACCELERATED
def test_an_accelerated_forest_is_given_all_cores() -> None:
    model = make(FOREST, 2, 0, COLUMNS, accelerate=True)
    assert model.named_steps["model"].n_jobs == cpu_count()


def test_a_forest_adds_its_votes_in_one_order() -> None:
    """Threads would add in the order they finish, which no test can bring about."""
    model = make(EvaluatorKind.RANDOM_FOREST, 2, 0, COLUMNS)
    fit_predict(model, *rows(1), rows(2)[0], CLASSES)
    assert model.named_steps["model"].n_jobs == 1


def test_fewer_rows_than_neighbours_are_all_neighbours() -> None:
    model = make(EvaluatorKind.KNN, 1, 0, COLUMNS)
    features, _ = rows(1, 3)
    found = fit_predict(
        model, features, np.array([0, 1, 1], np.int32), rows(2, 5)[0], 2
    )
    np.testing.assert_allclose(found, [[1 / 3, 2 / 3]] * 5)


@EVERY_KIND
def test_one_row_a_class_is_small_and_no_reason_to_warn(kind: EvaluatorKind) -> None:
    features, codes = rows(1)
    firsts = [int(np.argmax(codes == code)) for code in range(CLASSES)]
    few = features.iloc[firsts]
    found = fit_predict(make(kind, 5, 0, COLUMNS), few, codes[firsts], features, 3)
    assert found.shape == (120, CLASSES)


@EVERY_KIND
def test_rows_of_one_class_are_no_reason_to_fail(kind: EvaluatorKind) -> None:
    features, codes = rows(1)
    mine = codes == 1
    found = fit_predict(
        make(kind, 5, 0, COLUMNS), features[mine], codes[mine], features, CLASSES
    )
    np.testing.assert_array_equal(found, [[0, 1, 0]] * 120)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if takes_weights(kind)])
def test_the_heavier_a_class_the_likelier_it_is(kind: EvaluatorKind) -> None:
    features, codes = rows(1)
    unseen, _ = rows(2)
    shares = [
        fit_predict(
            make(kind, 20, 0, COLUMNS),
            features,
            codes,
            unseen,
            CLASSES,
            weights=np.where(codes == 2, weight, 1.0),
        ).mean(axis=0)[2]
        for weight in (0.1, 1.0, 10.0)
    ]
    assert shares[0] < shares[1] < shares[2]


def test_weights_by_class_are_those_of_scikit_learn() -> None:
    features, codes = rows(1)
    unseen, _ = rows(2)
    asked, told = (make(FOREST, 20, 0, COLUMNS) for _ in range(2))
    told.set_params(model__class_weight="balanced")
    counts = np.bincount(codes)
    weights = len(codes) / (CLASSES * counts[codes])
    np.testing.assert_array_equal(
        fit_predict(asked, features, codes, unseen, CLASSES, weights=weights),
        fit_predict(told, features, codes, unseen, CLASSES),
    )


def test_no_feature_is_an_error_the_user_can_mend() -> None:
    columns = [Column(name="y", type="", role="target", nullable=False)]
    with pytest.raises(UserError, match="nothing to learn from"):
        make(EvaluatorKind.RANDOM_FOREST, 1, 0, columns)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(UserError, match=r"pip install 'evenkeel\[xgboost\]'"):
        make(EvaluatorKind.XGBOOST, 1, 0, COLUMNS)


BALANCING = [kind for kind in KINDS if balances_itself(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_balances_itself_learns_that_classes_are_alike(
    kind: EvaluatorKind,
) -> None:
    counts = np.array([90, 0, 10])
    learnt = learnt_counts(kind, counts)
    assert learnt.dtype == counts.dtype
    assert learnt.tolist() == ([1, 0, 1] if kind in BALANCING else [90, 0, 10])


@pytest.mark.parametrize("kind", BALANCING)
def test_what_balances_itself_takes_a_rare_class_for_no_rarer(
    kind: EvaluatorKind,
) -> None:
    rng = np.random.default_rng(4)
    codes = (rng.random(600) < 0.05).astype(np.int32)
    table = pa.table({"x": rng.normal(codes * 1.0)})
    columns = [Column(name="x", type="", role="numeric", nullable=True)]
    frame = to_frame(table, columns)
    shares = [
        fit_predict(make(one, 20, 0, columns), frame, codes, frame, 2)[:, 1].mean()
        for one in (EvaluatorKind.LOGISTIC_REGRESSION, kind)
    ]
    assert shares[0] == pytest.approx(0.05, abs=0.02)
    assert shares[1] > 0.25


def test_a_booster_that_does_not_beat_guessing_knows_nothing() -> None:
    columns = [Column(name="x", type="", role="numeric", nullable=True)]
    frame = pd.DataFrame({"x": np.zeros(30)})
    codes = np.repeat([0, 1], [10, 20]).astype(np.int32)
    model = make(EvaluatorKind.RUS_BOOST, 5, 0, columns)
    found = fit_predict(model, frame, codes, frame, 3)
    np.testing.assert_array_equal(found, np.tile([0.5, 0.5, 0], (30, 1)))
