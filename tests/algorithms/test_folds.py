"""Laws of folds: every row in one, classes shared out, groups never parted."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from schemas.errors import UserError
from tasks.algorithms.folds import Groups, deal, group_codes, shuffled

CODES = st.lists(st.integers(0, 3), min_size=20, max_size=120).map(
    lambda codes: np.array(codes, np.int32)
)


@given(CODES, st.integers(2, 5), st.integers(0, 2**63 - 1))
def test_each_class_is_shared_out_evenly(
    codes: np.ndarray, folds: int, seed: int
) -> None:
    (dealt,) = deal(codes, None, folds, 1, seed)
    for code in np.unique(codes):
        shares = np.bincount(dealt[codes == code], minlength=folds)
        assert len(shares) == folds
        assert np.ptp(shares) <= 1


def test_the_first_repeat_is_that_of_scikit_learn_and_the_next_is_another() -> None:
    codes = np.repeat([0, 1, 2], [60, 30, 10]).astype(np.int32)
    first, second = deal(codes, None, 5, 2, 7)
    stock = StratifiedKFold(5, shuffle=True, random_state=7).split(codes, codes)
    for fold, (_, validation) in enumerate(stock):
        np.testing.assert_array_equal(np.flatnonzero(first == fold), validation)
    assert (first != second).any()
    again = deal(codes, None, 5, 2, 7)
    np.testing.assert_array_equal(again, [first, second])


@settings(max_examples=20)
@given(st.lists(st.integers(0, 9), min_size=60, max_size=90), st.integers(0, 99))
def test_a_group_is_never_parted(values: list[int], seed: int) -> None:
    groups: Groups = np.array([*range(10), *values])
    codes = np.arange(len(groups), dtype=np.int32) % 2
    for dealt in deal(codes, groups, 3, 2, seed):
        for group in range(10):
            assert len(np.unique(dealt[groups == group])) == 1


def test_groups_are_equal_values_and_a_null_is_alone() -> None:
    values = pa.chunked_array([["x", None], ["y", "x", None]])
    found = group_codes(values)
    assert found[0] == found[3]
    assert len(set(found.tolist())) == 4
    np.testing.assert_array_equal(found, group_codes(values.dictionary_encode()))
    odd = group_codes(pa.array([1.0, math.nan, 1.0, math.nan]))
    assert len(set(odd.tolist())) == 3


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60), st.integers(0, 99))
def test_a_shuffle_stays_within_its_fold(folds: list[int], seed: int) -> None:
    dealt = np.array(folds, np.int8)
    places = shuffled(dealt, seed)
    assert sorted(places.tolist()) == list(range(len(folds)))
    np.testing.assert_array_equal(dealt[places], dealt)


def test_too_few_rows_or_groups_are_told() -> None:
    codes = np.array([0, 0, 1, 1], np.int32)
    with pytest.raises(UserError, match="no class has 3 training rows"):
        deal(codes, None, 3, 1, 0)
    with pytest.raises(UserError, match="the group column has 1 values"):
        deal(codes, np.zeros(4, np.int64), 2, 1, 0)


def test_a_fold_without_rows_is_told() -> None:
    codes = np.repeat([0, 1], [500, 5]).astype(np.int32)
    groups: Groups = np.array([0] * 500 + [1, 2, 3, 4, 4])
    try:
        dealt = deal(codes, groups, 5, 1, 0)
    except UserError as error:
        assert "left without rows" in str(error)  # noqa: PT017 - either is right
    else:
        assert len(np.unique(dealt)) == 5
