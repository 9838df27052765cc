"""Laws of a bounded sample: shares stay, and no class goes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.algorithms.stratify import stratified

ROWS = st.dictionaries(st.text(max_size=3), st.integers(1, 10**7), min_size=1)


@settings(max_examples=40)
@given(ROWS, st.integers(100, 10**5), st.integers(1, 20))
def test_shares_stay_and_no_class_goes(
    rows: dict[str, int], most: int, least: int
) -> None:
    found = stratified(rows, most, least)
    total = sum(rows.values())
    share = min(1, most / total)
    for label, count in rows.items():
        assert min(count, least) <= found[label] <= count
        assert found[label] <= max(count * share + 0.5, least)
        assert found[label] >= count * share - 0.5
    assert list(found) == list(rows)


def test_few_rows_are_all_taken() -> None:
    assert stratified({"a": 60, "b": 40}, 100, 5) == {"a": 60, "b": 40}
    assert stratified({"a": 9_990, "b": 10}, 100, 5) == {"a": 100, "b": 5}
