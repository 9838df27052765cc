"""Samplers by name are imbalanced-learn's, no more and no less."""

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE
from imblearn.utils.testing import all_estimators
from sklearn.datasets import make_classification

from schemas.errors import UserError
from tasks.algorithms.samplers import make_sampler, sample, sampler_names
from tasks.algorithms.toy import toy_table

# FunctionSampler runs a function of the caller's: no sampler by itself.
LIBRARY: dict[str, Any] = dict(all_estimators("sampler"))
LIBRARY.pop("FunctionSampler")
PARAMETERS: dict[str, dict[str, Any]] = {
    "SMOTENC": {"categorical_features": [0]},
    "KMeansSMOTE": {"cluster_balance_threshold": 0.0},
}


def three_classes() -> tuple[np.ndarray, np.ndarray]:
    features, target = make_classification(
        200,
        4,
        n_informative=3,
        n_redundant=1,
        n_classes=3,
        n_clusters_per_class=1,
        weights=[0.6, 0.25, 0.15],
        random_state=0,
    )
    return features.round(2), target


def test_the_list_is_the_librarys() -> None:
    assert sampler_names() == sorted(LIBRARY)


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_a_sampler_by_name_gives_the_librarys_rows(name: str) -> None:
    features, target = three_classes()
    parameters = dict(PARAMETERS.get(name, {}))
    found = sample(name, features, target, seed=3, **parameters)
    if "random_state" in inspect.signature(LIBRARY[name]).parameters:
        parameters["random_state"] = 3
    expected = LIBRARY[name](**parameters).fit_resample(features, target)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@st.composite
def labelled(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Draw numbered rows of two to four classes, each with one row or more."""
    counts = draw(st.lists(st.integers(1, 12), min_size=2, max_size=4))
    target = draw(st.permutations(np.repeat(np.arange(len(counts)), counts).tolist()))
    return np.arange(len(target)).reshape(-1, 1), np.array(target)


@given(labelled(), st.integers(0, 2**32 - 1))
def test_oversampling_repeats_rows_up_to_the_largest_class(
    rows: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    features, target = rows
    sampled, labels = sample("RandomOverSampler", features, target, seed=seed)
    assert set(np.bincount(labels)) == {np.bincount(target).max()}
    assert set(np.asarray(sampled).ravel()) == set(features.ravel())
    assert (target[np.asarray(sampled).ravel()] == labels).all()


@given(labelled(), st.integers(0, 2**32 - 1))
def test_undersampling_keeps_distinct_rows_down_to_the_smallest_class(
    rows: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    features, target = rows
    sampled, labels = sample("RandomUnderSampler", features, target, seed=seed)
    kept = np.asarray(sampled).ravel()
    assert set(np.bincount(labels)) == {np.bincount(target).min()}
    assert len(set(kept)) == len(kept)
    assert (target[kept] == labels).all()


def test_frames_come_back_as_frames_with_their_types() -> None:
    rows = toy_table().to_pandas()
    features, target = rows.drop(columns="target"), rows["target"]
    sampled, labels = sample("SMOTE", features, target, seed=42)
    assert isinstance(sampled, pd.DataFrame)
    assert isinstance(labels, pd.Series)
    assert sampled.dtypes.equals(features.dtypes)
    assert labels.value_counts().to_dict() == {0: 112, 1: 112, 2: 112}
    assert features.equals(sampled.head(200))


@given(st.text().filter(lambda text: text not in LIBRARY))
def test_an_unknown_name_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(UserError, match="the nearest name is") as caught:
        make_sampler(name, seed=0)
    assert repr(name) in str(caught.value)
    assert all(known in str(caught.value) for known in LIBRARY)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("smote", "SMOTE"),
        ("RandomOversampler", "RandomOverSampler"),
        ("TomekLink", "TomekLinks"),
        ("near_miss", "NearMiss"),
    ],
)
def test_the_nearest_name_is_the_one_that_was_meant(wrong: str, right: str) -> None:
    with pytest.raises(UserError, match=f"nearest name is '{right}'"):
        make_sampler(wrong, seed=0)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("SMOTE", {"k_neigbors": 5}),
        ("SMOTE", {"random_state": 1}),
        ("SMOTENC", {}),
    ],
)
def test_parameters_that_do_not_fit_are_refused_with_those_that_do(
    name: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(UserError, match=rf"{name} cannot be set up: .*k_neighbors"):
        make_sampler(name, seed=0, **parameters)


def test_parameters_reach_the_sampler() -> None:
    features, target = three_classes()
    found, _ = sample("SMOTE", features, target, seed=1, k_neighbors=2)
    expected, _ = SMOTE(random_state=1, k_neighbors=2).fit_resample(features, target)
    np.testing.assert_array_equal(found, expected)
