"""Laws of exact ranks among numbers of any distribution."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.algorithms.quantiles import at_rank, nearest_gap

NUMBERS = st.lists(
    st.integers(0, 2**64 - 1) | st.integers(0, 5) | st.just(2**64 - 1),
    min_size=2,
    max_size=60,
)


@given(numbers=NUMBERS, data=st.data())
def test_the_number_at_a_rank_is_that_of_a_sorted_list(
    numbers: list[int], data: st.DataObject
) -> None:
    rank = data.draw(st.integers(0, len(numbers) - 1))
    batch = data.draw(st.integers(1, len(numbers)))
    whole = np.array(numbers, np.uint64)
    parts = [whole[at : at + batch] for at in range(0, len(whole), batch)]
    found = at_rank(lambda: parts, rank)
    assert found.value == sorted(numbers)[rank]
    assert found.below == sum(number < found.value for number in numbers)
    assert found.upto == sum(number <= found.value for number in numbers)


@given(numbers=NUMBERS, data=st.data())
def test_no_other_gap_is_nearer_to_the_rank(
    numbers: list[int], data: st.DataObject
) -> None:
    rank = data.draw(st.integers(1, len(numbers) - 1))
    found = at_rank(lambda: [np.array(numbers, np.uint64)], rank)
    limit = nearest_gap(found, rank, len(numbers))
    gaps = {sum(n < one for n in numbers) for one in numbers} - {0}
    if limit is None:
        assert not gaps
        return
    below = sum(number < limit for number in numbers)
    assert below in gaps
    assert abs(below - rank) == min(abs(gap - rank) for gap in gaps)
