"""The sampler is one: to imbalanced-learn, to scikit-learn, and to whoever looks."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.combine import SMOTETomek
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline, make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate

from schemas.errors import UserError
from schemas.strategy import Strategy
from tasks.algorithms.balancer import Balancer
from tasks.algorithms.frames import balance_frame
from tests.datasets import DATA

KINDS = ("none", "random_over", "random_under", "smote", "smote_under")
ORACLES = {
    "random_over": RandomOverSampler,
    "random_under": RandomUnderSampler,
    "smote": SMOTE,
}
SPARSE = {"check_samplers_pandas_sparse"}  # columns that Arrow has no type for


def _checks(kind: str) -> dict[str, Callable[[], None]]:
    """Give all that imbalanced-learn checks of a sampler, by name."""
    found = estimator_checks_generator(Balancer(kind))
    named = ((check.func.__name__, partial(check, one)) for one, check in found)
    return {f"{kind}: {name}": check for name, check in named if name not in SPARSE}


CHECKED = (*KINDS, "sampler:SMOTETomek")
CHECKS = {name: check for kind in CHECKED for name, check in _checks(kind).items()}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_it_is_a_sampler_to_imbalanced_learn(check: Callable[[], None]) -> None:
    check()


@st.composite
def labelled(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Draw rows of two to four classes, each of seven rows or more."""
    counts = draw(st.lists(st.integers(7, 30), min_size=2, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    target = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return rng.normal(size=(len(target), 3)) + target[:, None], target


@pytest.mark.parametrize("kind", ORACLES)
@settings(max_examples=20)
@given(rows=labelled(), seed=st.integers(0, 2**32 - 1))
def test_it_agrees_with_imbalanced_learn_on_what_is_not_drawn(
    kind: str, rows: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    """Counts, which rows are real, and that made ones lie within their class's box."""
    features, target = rows
    ours = Balancer(kind, random_state=seed, standardize=False)
    found, labels = ours.fit_resample(features, target)
    theirs, expected = ORACLES[kind](random_state=seed).fit_resample(features, target)
    assert Counter(labels.tolist()) == Counter(expected.tolist())
    assert found.dtype == theirs.dtype
    real = ours.origin_ >= 0
    np.testing.assert_array_equal(found[real], features[ours.origin_[real]])
    np.testing.assert_array_equal(labels[real], target[ours.origin_[real]])
    for label in np.unique(labels[~real]):
        made, given_ = found[~real & (labels == label)], features[target == label]
        assert (made >= given_.min(axis=0) - 1e-12).all()
        assert (made <= given_.max(axis=0) + 1e-12).all()


@pytest.mark.parametrize("sampler", [SMOTE, RandomOverSampler, SMOTETomek])
def test_a_sampler_by_name_gives_the_librarys_very_rows(sampler: Any) -> None:  # noqa: ANN401 - a class of imblearn, which ships no types
    rng = np.random.default_rng(1)
    rows, target = rng.normal(size=(90, 3)), np.repeat([0, 1, 2], [50, 25, 15])
    ours = Balancer(f"sampler:{sampler.__name__}", standardize=False, random_state=3)
    found, labels = ours.fit_resample(rows, target)
    theirs, expected = sampler(random_state=3).fit_resample(rows, target)
    assert sorted(map(tuple, found)) == sorted(map(tuple, theirs))
    assert Counter(labels.tolist()) == Counter(expected.tolist())


@pytest.mark.parametrize("kind", KINDS)
def test_its_rows_are_those_of_balance_frame(kind: str) -> None:
    frame = pd.read_parquet(DATA / "hypothyroid.parquet")
    features, target = frame.drop(columns="Class"), frame["Class"]
    found, labels = Balancer(kind, ratio=0.5, random_state=3).fit_resample(
        features, target
    )
    strategy = Strategy.model_validate({"kind": kind, "ratio": 0.5})
    expected = balance_frame(
        pd.concat([features, target], axis=1), "Class", strategy, seed=3
    ).frame
    pd.testing.assert_frame_equal(found, expected.drop(columns="Class"))
    pd.testing.assert_series_equal(labels, expected["Class"], check_dtype=False)


@pytest.mark.parametrize("name", ["SMOTETomek", "TomekLinks", "RandomOverSampler"])
def test_a_sampler_by_name_takes_columns_of_any_type(name: str) -> None:
    """Imbalanced-learn's own refuse texts and gaps, of which this table is full."""
    frame = pd.read_parquet(DATA / "hypothyroid.parquet")
    frame = frame[frame["Class"].isin(["negative", "compensated_hypothyroid"])]
    features, target = frame.drop(columns="Class"), frame["Class"]
    ours = Balancer(f"sampler:{name}")
    found, labels = ours.fit_resample(features, target)
    assert found.dtypes.equals(features.dtypes)
    real = ours.origin_ >= 0
    kept = features.iloc[ours.origin_[real]].reset_index(drop=True)
    pd.testing.assert_frame_equal(found[real].reset_index(drop=True), kept)
    assert real.all() == (name != "SMOTETomek")
    assert labels.value_counts().min() >= target.value_counts().min()


def test_only_what_is_fitted_is_resampled() -> None:
    """A guesser of the majority tells what it was trained on, and scores all rows."""
    rows = np.arange(60.0).reshape(-1, 1)
    target = np.array([0] * 50 + [1] * 10)
    model = make_pipeline(Balancer("random_over"), DummyClassifier(strategy="prior"))
    folds = cross_validate(
        model, rows, target, cv=StratifiedKFold(5), return_estimator=True
    )
    for fitted in folds["estimator"]:
        assert fitted[-1].class_prior_.tolist() == [0.5, 0.5]
        assert len(fitted.predict(rows)) == 60


def test_its_parameters_can_be_searched() -> None:
    frame = pd.read_parquet(DATA / "ecoli.parquet")
    model = Pipeline(
        [("balance", Balancer()), ("forest", RandomForestClassifier(5, random_state=0))]
    )
    grid = {"balance__kind": ["none", "smote"], "balance__ratio": [0.5, 1.0]}
    common = frame[frame["class"].isin(["cp", "im", "pp"])]
    search = GridSearchCV(model, grid, cv=2).fit(
        common.drop(columns="class"), common["class"]
    )
    assert len(search.cv_results_["params"]) == 4
    assert clone(Balancer("smote", ratio=0.5)).ratio == 0.5


@pytest.mark.parametrize(
    "names", [range(2), [("a", 1), ("a", 2)], ["_target", "target"], ["y", "X"]]
)
def test_columns_may_be_called_anything(names: Any) -> None:  # noqa: ANN401 - names
    frame = pd.DataFrame(np.arange(12.0).reshape(-1, 2)).set_axis(names, axis=1)
    found, _ = Balancer("random_over").fit_resample(frame, [0] * 4 + [1] * 2)
    assert list(found.columns) == list(frame.columns)
    assert len(found) == 8


@pytest.mark.parametrize("kind", ["weights", "evidence", "SMOTE"])
def test_what_is_no_change_of_rows_is_refused(kind: str) -> None:
    with pytest.raises(UserError, match="none that changes rows alone"):
        Balancer(kind).fit_resample([[1], [2], [3]], [0, 0, 1])


@pytest.mark.parametrize("state", [None, 0.5, np.random.RandomState(0)])
def test_a_random_state_is_a_seed(state: Any) -> None:  # noqa: ANN401 - what sklearn takes
    with pytest.raises(UserError, match=r"random_state is .*; give a whole number"):
        Balancer("smote", random_state=state).fit_resample([[1], [2], [3]], [0, 0, 1])


def test_wrong_parameters_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="ratio"):
        Balancer("smote", ratio=2).fit_resample([[1], [2], [3]], [0, 0, 1])


@pytest.mark.parametrize(
    "labels", [[0, 1], [0.0, 1.0], [False, True], ["0", "1"], [np.int8(0), np.int8(1)]]
)
def test_sizes_go_by_the_labels_that_were_given(labels: list[Any]) -> None:
    few, many = labels
    rows, target = np.arange(8.0).reshape(-1, 1), np.array([many] * 6 + [few] * 2)
    _, found = Balancer("random_over", rows={few: 4}).fit_resample(rows, target)
    assert Counter(found.tolist()) == {many: 6, few: 4}
    assert found.dtype == target.dtype
    left = Balancer("random_over", leave=(few,))
    assert len(left.fit_resample(rows, target)[1]) == 8
