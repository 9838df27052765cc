"""What puts a row on its side of the split, row by row."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import BalanceConfig
from schemas.splits import Split, SplitKind
from tasks.algorithms.selection import EVERYTHING, hash_ordinals
from tasks.algorithms.sides import coordinates, deciding, played_by, unlearnt

GROUP = Split(kind=SplitKind.GROUP, column="c")
TIME = Split(kind=SplitKind.TIME, column="c")
SIDE = Split(kind=SplitKind.COLUMN, column="c", values=("test", "2"))


def _sides(column: pa.ChunkedArray, split: Split, seed: int = 0) -> list[int]:
    table, rows = pa.table({"c": column}), len(column)
    hashes = hash_ordinals(0, rows, seed)
    return [int(side) for side in coordinates(table, hashes, split, seed)]


@given(
    groups=st.lists(st.none() | st.integers(0, 5), min_size=1, max_size=40),
    seed=st.integers(0, 2**63 - 1),
    data=st.data(),
)
def test_a_group_has_one_coordinate_and_a_row_without_one_its_own(
    groups: list[int | None], seed: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(groups)))
    column = pa.chunked_array([groups[:place], groups[place:]], pa.int16())
    found = _sides(column, GROUP, seed)
    alone = hash_ordinals(0, len(groups), seed).tolist()
    by_group = dict(zip(groups, found, strict=True))
    for group, own, coordinate in zip(groups, alone, found, strict=True):
        assert coordinate == (own if group is None else by_group[group])
    named = by_group.keys() - {None}
    assert len({by_group[group] for group in named}) == len(named)
    wide = column.cast(pa.int64()).combine_chunks().dictionary_encode()
    assert _sides(pa.chunked_array([wide]), GROUP, seed) == found


def test_seeds_draw_other_groups() -> None:
    column = pa.chunked_array([range(1_000)])
    drawn = [np.array(_sides(column, GROUP, seed)) < 2**62 for seed in (0, 1)]
    assert all(200 < one.sum() < 300 for one in drawn)
    assert 20 < (drawn[0] & drawn[1]).sum() < 110


def test_the_newest_come_first_and_what_has_no_time_last() -> None:
    column = pa.chunked_array([[5, None, 7, 5]])
    first, none, newest, again = _sides(column, TIME)
    assert newest < first == again < none == EVERYTHING - 1


def test_named_values_are_held_out_as_text() -> None:
    texts = pa.chunked_array([["train", "test", "2", None]])
    assert [side == 0 for side in _sides(texts, SIDE)] == [False, True, True, False]
    numbers = pa.chunked_array([[1.0, 2.0]])
    assert [side == 0 for side in _sides(numbers, SIDE)] == [False, True]


def test_columns_are_read_once_and_only_those_that_decide() -> None:
    assert deciding("y", ["k", "c"], GROUP) == ["y", "k", "c"]
    assert deciding("y", [], Split()) == ["y"]


def test_no_model_learns_from_a_group_or_a_side_but_from_a_time() -> None:
    assert [unlearnt(one) for one in (GROUP, TIME, SIDE, Split())] == [
        *("c", None, "c", None)
    ]


@pytest.mark.parametrize(
    ("split", "own", "group"),
    [(GROUP, None, "c"), (GROUP, "d", "d"), (TIME, None, None), (Split(), "d", "d")],
)
def test_folds_keep_together_what_the_split_does(
    split: Split, own: str | None, group: str | None
) -> None:
    asked = {"source": "x", "target": "y", "tournament": {"group": own}}
    config = BalanceConfig.model_validate({**asked, "split": split})
    assert played_by(config).group == group
