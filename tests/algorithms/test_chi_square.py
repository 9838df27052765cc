"""The tail equals scipy's for any statistic and any degrees of freedom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from tasks.algorithms.chi_square import tail


@given(st.floats(0, 1e4), st.integers(1, 50))
def test_the_tail_is_that_of_scipy(statistic: float, freedom: int) -> None:
    expected = chi2.sf(statistic, freedom)
    assert tail(statistic, freedom) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_nothing_is_as_likely_as_can_be() -> None:
    assert tail(0, 1) == tail(0, 7) == 1
